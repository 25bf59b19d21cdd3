import type { Writable } from "node:stream";

/**
 * Texts on their way to a stream: those that are ready together go out in one write, which many answers at
 * once would otherwise spend a large part of their time on. None waits for the next turn of the event loop.
 */
export class Outbox {
  readonly #stream: Writable;
  #texts: string[] = [];
  #flushed: Promise<void> | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  /** Resolves when the text is written and the stream takes more. */
  send(text: string): Promise<void> {
    this.#texts.push(text);
    this.#flushed ??= new Promise((resolve) => queueMicrotask(() => this.#flush(resolve)));
    return this.#flushed;
  }

  #flush(done: () => void): void {
    const texts = this.#texts;
    this.#texts = [];
    this.#flushed = undefined;
    if (this.#stream.write(texts.join(""))) done();
    else this.#stream.once("drain", done);
  }
}
