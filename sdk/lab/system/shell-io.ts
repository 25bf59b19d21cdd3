import type { GuestFiles } from "./files.ts";

/** Where a program's output goes. */
export interface Sink {
  write(text: string): void;
}

/** What a command of a script reads and writes. */
export interface Streams {
  readonly stdin: string;
  readonly out: Sink;
  readonly err: Sink;
}

/** Keeps what is written. */
export class Collected implements Sink {
  text = "";

  write(text: string): void {
    this.text += text;
  }
}

/** A redirection that cannot be made; the message is the shell's. */
export class RedirectFault extends Error {}

/** Opens a file for output as the shell does. */
export function openOutput(
  files: GuestFiles,
  path: string,
  { append, keeps, mode }: { append: boolean; keeps: boolean; mode: number },
): Sink {
  const found = files.find(path);
  if (found?.kind === "device") return { write: () => undefined };
  if (keeps && !append && found !== undefined) throw new RedirectFault(`cannot create ${path}: File exists`);
  const fault = files.set(path, append ? (files.get(path) ?? "") : "", mode);
  if (fault === "EISDIR") throw new RedirectFault(`cannot create ${path}: Is a directory`);
  if (fault !== undefined) throw new RedirectFault(`cannot create ${path}: Directory nonexistent`);
  return {
    write: (text) => {
      files.set(path, (files.get(path) ?? "") + text);
    },
  };
}

/** Content for a command's input. */
export function openInput(files: GuestFiles, path: string): string {
  const content = files.get(path);
  if (content === undefined) throw new RedirectFault(`cannot open ${path}: No such file`);
  return content;
}

/** Thrown where a script ends before its last line. */
export class ScriptEnd extends Error {
  readonly code: number;
  readonly signal: number | undefined;

  constructor(code: number, signal?: number) {
    super("the script ends");
    this.code = code;
    this.signal = signal;
  }
}
