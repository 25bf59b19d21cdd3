import { openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { LineEditor } from "./line-editor.ts";

/** The terminal that a human sits at, whatever stdin and stdout are. */
export interface Terminal {
  /** Writes lines; control characters in them are the caller's to take out. */
  say(text: string): void;
  /** A line as typed, without its end; undefined where the human gave up (Ctrl-C, Ctrl-D on nothing, hang-up). */
  ask(prompt: string, options?: { readonly hidden?: boolean }): Promise<string | undefined>;
  close(): void;
}

/** Opens the controlling terminal by itself; undefined for a process that has none. Pipes never count. */
export function openTerminal(): Terminal | undefined {
  if (process.platform === "win32") return undefined;
  try {
    // Two descriptors, so that closing the one stream leaves the other.
    return new TtyTerminal(
      new ReadStream(openSync("/dev/tty", "r")),
      new WriteStream(openSync("/dev/tty", "w")),
    );
  } catch {
    return undefined;
  }
}

class TtyTerminal implements Terminal {
  readonly #input: ReadStream;
  readonly #output: WriteStream;
  /** Typed ahead of the next question. */
  #ahead = "";

  constructor(input: ReadStream, output: WriteStream) {
    this.#input = input.setEncoding("utf8");
    this.#output = output;
    // A terminal that goes away is an answer too: nobody said yes.
    this.#output.on("error", () => undefined);
    this.#input.pause();
  }

  say(text: string): void {
    this.#output.write(`${text}\n`);
  }

  async ask(prompt: string, { hidden = false } = {}): Promise<string | undefined> {
    this.#input.setRawMode(true);
    this.#output.write(prompt);
    try {
      return await this.#line(hidden);
    } finally {
      this.#input.pause();
      this.#input.setRawMode(false);
      this.#output.write("\n");
    }
  }

  close(): void {
    this.#input.destroy();
    this.#output.destroy();
  }

  #line(hidden: boolean): Promise<string | undefined> {
    return new Promise((resolve) => {
      const editor = new LineEditor(hidden ? () => undefined : (text) => this.#output.write(text));
      const end = (answer: string | undefined, rest: string) => {
        this.#input.off("data", take).off("error", gone).off("end", gone).off("close", gone);
        this.#ahead = rest;
        resolve(answer);
      };
      const gone = () => end(undefined, "");
      const take = (text: string) => {
        const { state, rest } = editor.take(text);
        if (state !== "open") end(state === "done" ? editor.typed : undefined, rest);
      };
      this.#input.on("data", take).once("error", gone).once("end", gone).once("close", gone);
      const ahead = this.#ahead;
      this.#ahead = "";
      if (ahead !== "") take(ahead);
      this.#input.resume();
    });
  }
}
