import type { Redactor } from "./redact.ts";

/** Bytes that are looked at together. */
const WINDOW = 65_536;
/** Patterns match no more than this, but for private keys; known secrets may be longer. */
const LONGEST_MATCH = 4_096;
/** A key that does not end for so long is none: what is held is let go, masked. */
const MOST_HELD = 1_048_576;

/**
 * Masks secrets in bytes that come in parts, also where one stretches over several. Bytes that are no secret pass as
 * they are, whatever they mean.
 */
export class MaskStream {
  readonly #redactor: Redactor;
  /** A character for each byte. */
  #held = "";
  #hasMasked = false;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Whether anything was masked so far. */
  get hasMasked(): boolean {
    return this.#hasMasked;
  }

  /** Takes a part; answers what can be told already. */
  push(chunk: Uint8Array): Buffer {
    this.#held += Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString("latin1");
    const hold = Math.max(LONGEST_MATCH, this.#redactor.longest);
    if (this.#held.length < WINDOW + hold) return Buffer.alloc(0);
    return this.#let(this.#cut(this.#held.length - hold));
  }

  /** What is left. */
  end(): Buffer {
    return this.#let(this.#held.length);
  }

  #let(length: number): Buffer {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    const masked = this.#redactor.text(text);
    if (masked !== text) this.#hasMasked = true;
    return Buffer.from(masked, "latin1");
  }

  /** A place before `limit` that no secret stretches over; 0 where there is none yet. */
  #cut(limit: number): number {
    const held = this.#held;
    const whole = this.#redactor.text(held);
    if (whole === held) return limit;
    const places = [limit, held.lastIndexOf("\n", limit) + 1, held.lastIndexOf("-----BEGIN ", limit)];
    const between = places.find(
      (at) =>
        at > 0 && this.#redactor.text(held.slice(0, at)) + this.#redactor.text(held.slice(at)) === whole,
    );
    return between ?? (held.length > MOST_HELD ? held.length : 0);
  }
}
