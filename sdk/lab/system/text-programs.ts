import { createHash } from "node:crypto";
import type { Program, ProgramInput, ProgramOutput } from "./system.ts";

/** Programs that turn text into text. */
export const TEXT_PROGRAMS: readonly (readonly [string, Program])[] = [
  ["echo", ({ args }) => ({ out: args[0] === "-n" ? args.slice(1).join(" ") : `${args.join(" ")}\n` })],
  ["printf", ({ args: [format = "", ...values] }) => ({ out: formatted(format, values) })],
  ["cat", (input) => onFiles("cat", input, pathsIn(input.args), (text) => text)],
  ["wc", (input) => onFiles("wc", input, pathsIn(input.args), (text) => counted(input.args, text))],
  ["head", (input) => onFiles("head", input, pathsIn(input.args, "cn"), (text) => head(input.args, text))],
  ["tail", (input) => onFiles("tail", input, pathsIn(input.args, "cn"), (text) => tail(input.args, text))],
  ["grep", grep],
  ["tr", ({ args, stdin }) => ({ out: translated(args, stdin) })],
  ["base64", base64],
  ["sha256sum", sha256sum],
];

/** Runs over the files that are named, or over the input where none is. */
function onFiles(
  name: string,
  { stdin, system }: ProgramInput,
  paths: readonly string[],
  work: (text: string, path: string) => string,
): ProgramOutput {
  let out = "";
  let err = "";
  for (const path of paths.length === 0 ? ["-"] : paths) {
    if (path === "/dev/zero") {
      out += work("\0".repeat(2 ** 26), path);
      continue;
    }
    const content = path === "-" ? stdin : system.files.get(path);
    if (content === undefined) err += `${name}: ${path}: No such file or directory\n`;
    else out += work(content, path);
  }
  return { out, err, code: err === "" ? 0 : 1 };
}

/** Arguments that are no options; an option of `valued` takes the argument after it. */
function pathsIn(args: readonly string[], valued = ""): readonly string[] {
  const paths: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? "";
    if (arg === "--") return [...paths, ...args.slice(at + 1)];
    if (!arg.startsWith("-") || arg === "-") paths.push(arg);
    else if (arg.length === 2 && valued.includes(arg.slice(1))) at += 1;
  }
  return paths;
}

function counted(args: readonly string[], text: string): string {
  return `${args.includes("-c") ? text.length : text.split("\n").length - 1}\n`;
}

function head(args: readonly string[], text: string): string {
  const { unit, count } = amountIn(args);
  return unit === "c" ? text.slice(0, count) : lines(text).slice(0, count).join("");
}

/** `+N` counts from the beginning, from 1. */
function tail(args: readonly string[], text: string): string {
  const { unit, count, isFrom } = amountIn(args);
  const all = unit === "c" ? text : lines(text);
  const part = isFrom ? all.slice(Math.max(count - 1, 0)) : all.slice(Math.max(all.length - count, 0));
  return typeof part === "string" ? part : part.join("");
}

function amountIn(args: readonly string[]): { unit: string; count: number; isFrom: boolean } {
  const [, unit = "n", sign = "", digits = "10"] = /(?:^| )-([cn])? ?(\+?)(\d+)/.exec(args.join(" ")) ?? [];
  return { unit, count: Number(digits), isFrom: sign === "+" };
}

function grep({ args, stdin }: ProgramInput): ProgramOutput {
  const pattern = args.find((arg) => !arg.startsWith("-")) ?? "";
  const found = lines(stdin).filter((line) => line.includes(pattern));
  return { out: found.join(""), code: found.length === 0 ? 1 : 0 };
}

function translated(args: readonly string[], text: string): string {
  const [first = "", second = ""] = args.map((arg) => arg.replaceAll("\\n", "\n").replaceAll("\\0", "\0"));
  if (first === "-d") return [...text].filter((each) => !second.includes(each)).join("");
  const table = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  for (const [index, each] of [...first].entries())
    table[each.charCodeAt(0)] = second.charCodeAt(Math.min(index, second.length - 1));
  const bytes = Buffer.from(text, "latin1");
  for (const [index, byte] of bytes.entries()) bytes[index] = table[byte] ?? byte;
  return bytes.toString("latin1");
}

function base64(input: ProgramInput): ProgramOutput {
  const { args } = input;
  if (!args.includes("-d"))
    return onFiles("base64", input, pathsIn(args, "w"), (text) =>
      wrapped(Buffer.from(text, "latin1").toString("base64"), args),
    );
  const isValid = /^[A-Za-z0-9+/\n]*=*\n*$/.test(input.stdin);
  return {
    out: Buffer.from(input.stdin, "base64").toString("latin1"),
    ...(isValid ? {} : { err: "base64: invalid input\n", code: 1 }),
  };
}

function wrapped(text: string, args: readonly string[]): string {
  return args.includes("-w0") ? text : text.replace(/.{1,76}/g, "$&\n");
}

function sha256sum(input: ProgramInput): ProgramOutput {
  return onFiles("sha256sum", input, pathsIn(input.args), (text, path) => {
    const digest = createHash("sha256").update(Buffer.from(text, "latin1")).digest("hex");
    return `${digest}  ${path}\n`;
  });
}

/** The format is used again as long as there are values. */
function formatted(format: string, values: readonly string[]): string {
  let index = 0;
  let out = "";
  do {
    const before = index;
    out += format
      .replaceAll("\\n", "\n")
      .replaceAll("\\t", "\t")
      .replaceAll("\\0", "\0")
      .replace(/%(?:s|d|%)/g, (hole) => (hole === "%%" ? "%" : (values[index++] ?? "")));
    if (index === before) break;
  } while (index < values.length);
  return out;
}

function lines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
