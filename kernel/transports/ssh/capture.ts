import type { CapturedOutput } from "./types.ts";

/** Bytes of one output of one command that are kept. */
export const KEPT_BYTES = 8 * 1024 * 1024;

/** The beginning of an output, and how much there was of it. */
export class Capture {
  readonly #chunks: Uint8Array[] = [];
  #kept = 0;
  #size = 0;

  add(chunk: Uint8Array): void {
    this.#size += chunk.length;
    const room = KEPT_BYTES - this.#kept;
    if (room <= 0) return;
    // A copy where only a part is kept: a view would hold the whole buffer.
    const part = chunk.length <= room ? chunk : Uint8Array.prototype.slice.call(chunk, 0, room);
    this.#chunks.push(part);
    this.#kept += part.length;
  }

  get output(): CapturedOutput {
    return { bytes: Buffer.concat(this.#chunks), size: this.#size };
  }
}
