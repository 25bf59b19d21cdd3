import { randomBytes } from "node:crypto";

/** More than this before the mark is no greeting of a login shell. */
const LONGEST_NOISE = 64 * 1024;

/**
 * Tells its process id after a mark, then becomes the command. The session of SSH is a process group of its
 * own, so that id is the group of all that the command starts.
 */
const SCRIPT = 'printf "%s %s\\n" "$0" "$$"; exec "$@"';

/** The arguments that tell the process group of a command before they run it. */
export function withPreamble(argv: readonly string[]): { mark: string; argv: readonly string[] } {
  const mark = randomBytes(16).toString("hex");
  return { mark, argv: ["sh", "-c", SCRIPT, mark, ...argv] };
}

/** Takes the mark and what a login shell printed before it off the output. */
export class Preamble {
  /** Done when the command has begun. */
  readonly begun: Promise<void>;
  readonly #mark: Buffer;
  #begin: () => void = () => undefined;
  #before = Buffer.alloc(0);
  #group: number | undefined;

  constructor(mark: string) {
    this.#mark = Buffer.from(`${mark} `);
    this.begun = new Promise((resolve) => {
      this.#begin = resolve;
    });
  }

  /** The process group; undefined while the command has not begun. */
  get group(): number | undefined {
    return this.#group;
  }

  /** What came instead of the mark, for an error. */
  get noise(): Uint8Array {
    return this.#before;
  }

  /** The part of a chunk that is output of the command. */
  strip(chunk: Buffer): Buffer {
    if (this.#group !== undefined) return chunk;
    this.#before = Buffer.concat([this.#before, chunk]);
    const at = this.#before.indexOf(this.#mark);
    const end = at < 0 ? -1 : this.#before.indexOf(0x0a, at);
    if (end < 0) {
      if (this.#before.length > LONGEST_NOISE) this.#before = this.#before.subarray(-LONGEST_NOISE);
      return Buffer.alloc(0);
    }
    this.#group = Number(this.#before.toString("latin1", at + this.#mark.length, end));
    const rest = this.#before.subarray(end + 1);
    this.#before = Buffer.alloc(0);
    this.#begin();
    return rest;
  }
}
