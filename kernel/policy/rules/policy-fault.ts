import { ParseFault } from "../../settings/errors.ts";

/** Shown of a line at most, so that the caret stays in sight. */
const WIDTH = 100;

/** A policy that cannot be read: its message points at the character. */
export class PolicyFault extends ParseFault {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;

  constructor(text: string, at: number, wrong: string) {
    const start = text.lastIndexOf("\n", at - 1) + 1;
    const end = text.indexOf("\n", start);
    const line = text.slice(0, start).split("\n").length;
    const column = at - start + 1;
    const cut = Math.max(0, column - WIDTH);
    const shown = printable(text.slice(start + cut, end < 0 ? undefined : end).slice(0, WIDTH + 20));
    const caret = `${" ".repeat(column - 1 - cut)}^`;
    super(`line ${line}, column ${column}: ${wrong}\n      ${shown}\n      ${caret}`);
    this.name = "PolicyFault";
    this.line = line;
    this.column = column;
  }
}

/** One character for one, so that columns stay. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e\u00a0-\ud7ff]/g, "?");
}
