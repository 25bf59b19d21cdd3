import { ToolError } from "../../../sdk/errors.ts";

/** Linux takes no argument of a program that is longer, and the whole line is one argument of the login shell. */
const LONGEST_LINE = 128 * 1024 - 1;

/**
 * A command line that a POSIX shell reads as exactly these arguments. The only place where arguments become
 * text. Throws ToolError `invalid_input` for what no program can be given: NUL, or more than 128 KiB.
 */
export function quoteArguments(argv: readonly string[]): string {
  const at = argv.findIndex((argument) => argument.includes("\0"));
  if (at >= 0) {
    throw new ToolError({
      code: "invalid_input",
      message: `Argument ${at + 1} of the command has a NUL character, which no program can be given.`,
      next: "Give binary content as standard input or as a file.",
    });
  }
  // Always in quotes: a bare word could be an assignment, a reserved word or an alias.
  const line = argv.map((argument) => `'${argument.replaceAll("'", "'\\''")}'`).join(" ");
  if (Buffer.byteLength(line) <= LONGEST_LINE) return line;
  throw new ToolError({
    code: "invalid_input",
    message: "The command with its arguments is longer than the 128 KiB that Linux accepts.",
    next: "Give long content as standard input or as a file.",
  });
}
