import type { GuestFiles } from "./files.ts";

/** What `test` says of these arguments. */
export function holds(args: readonly string[], files: GuestFiles): boolean {
  const [first = "", second, third] = args;
  if (first === "!") return !holds(args.slice(1), files);
  if (second === undefined) return first !== "";
  return third === undefined ? holdsFor(first, second, files) : compares(first, second, third);
}

function holdsFor(operator: string, operand: string, files: GuestFiles): boolean {
  switch (operator) {
    case "-z":
      return operand === "";
    case "-n":
      return operand !== "";
    case "-L":
    case "-h":
      return files.lookAt(operand)?.kind === "link";
    case "-f":
      return files.find(operand)?.kind === "file";
    case "-d":
      return files.find(operand)?.kind === "folder";
    case "-s":
      return (files.get(operand) ?? "") !== "";
    default:
      return files.has(operand);
  }
}

function compares(one: string, operator: string, other: string): boolean {
  switch (operator) {
    case "=":
      return one === other;
    case "!=":
      return one !== other;
    case "-eq":
      return Number(one) === Number(other);
    case "-ne":
      return Number(one) !== Number(other);
    case "-gt":
      return Number(one) > Number(other);
    case "-ge":
      return Number(one) >= Number(other);
    case "-le":
      return Number(one) <= Number(other);
    default:
      return Number(one) < Number(other);
  }
}
