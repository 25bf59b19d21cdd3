import { ToolError } from "../../../sdk/errors.ts";
import { quoteArguments } from "../ssh/quote.ts";
import { bytesAsText } from "./agent-bytes.ts";

/** What `input-data` takes at most, in bytes. (Proxmox VE's own schema, since 7) */
export const LONGEST_INPUT = 64 * 1024;

/** Whole body of a request. (pve-http-server, debian/changelog: 512 KiB since 5.2.1, before that 64 KiB) */
const LONGEST_BODY = { old: 64 * 1024, new: 512 * 1024 } as const;

/** The other parts of a body: names of parameters, and some room. */
const BODY_FRAME = 1024;

/** Linux takes no argument that is longer, Windows no command line. */
const LONGEST_SCRIPT = 128 * 1024 - 1;
const LONGEST_WINDOWS_LINE = 32_000;

/**
 * Makes the command a leader of a process group of its own where the guest has `setsid`, so that all that it starts
 * can be ended with it. The process keeps its id and its end.
 */
const BEGIN =
  'if command -v setsid >/dev/null 2>&1; then exec setsid sh -c \'exec "$@"\' sh "$@"; fi; exec "$@"';

/** How a guest that has a POSIX shell begins a command; throws ToolError `invalid_input` for what it cannot take. */
export function posixCommand(argv: readonly string[]): readonly string[] {
  return shellCommand(BEGIN, argv);
}

/** A script with its arguments as `$1`, `$2`, …, in three words none of which is empty: releases before 8 lose empty ones. */
export function shellCommand(script: string, args: readonly string[]): readonly string[] {
  const line = `set -- ${quoteArguments(args)}; ${script}`;
  if (Buffer.byteLength(line) > LONGEST_SCRIPT) throw tooLong("128 KiB that Linux accepts");
  return ["/bin/sh", "-c", line];
}

/** Refuses what Windows, or the way to it, would not hand on as it is. */
export function refuseForWindows(argv: readonly string[], major: number): void {
  if (argv.some((argument) => argument.includes("\0")))
    throw invalid("An argument of the command has a NUL character, which no program can be given.");
  if (argv.reduce((sum, argument) => sum + argument.length * 2 + 3, 0) > LONGEST_WINDOWS_LINE)
    throw tooLong("32 KiB that Windows accepts");
  const [only] = argv;
  const isSplit = argv.length === 1 && only !== undefined && /[\s,;]/.test(only);
  if (major < 8 && (isSplit || argv.includes("")))
    throw invalid(
      "Proxmox VE before 8 cannot hand on this command: it loses empty arguments, and splits a lone one.",
    );
}

/** Refuses what does not fit into one request; nothing was sent then. */
export function refuseTooMuch(argv: readonly string[], input: string | Uint8Array, major: number): void {
  const text = bytesAsText(input);
  if (text.length > LONGEST_INPUT) {
    throw invalid(
      `The standard input has more than the ${LONGEST_INPUT} bytes that the guest agent takes.`,
      "Write it into a file in the guest first, and let the command read that.",
    );
  }
  const limit = major >= 9 ? LONGEST_BODY.new : LONGEST_BODY.old;
  const size = [text, ...argv.map(bytesAsText)].reduce(
    (sum, part) => sum + encodeURIComponent(part).length + 12,
    0,
  );
  if (size + BODY_FRAME <= limit) return;
  throw invalid(
    `The command and its standard input come to ${size} bytes as they are sent, and this Proxmox VE takes ${limit} at once.`,
    "Write what is long into a file in the guest first, and let the command read that.",
  );
}

function tooLong(limit: string): ToolError {
  return invalid(
    `The command with its arguments is longer than the ${limit}.`,
    "Give long content as standard input or as a file.",
  );
}

function invalid(message: string, next = "Change the command."): ToolError {
  return new ToolError({ code: "invalid_input", message: `${message} Nothing was sent.`, next });
}
