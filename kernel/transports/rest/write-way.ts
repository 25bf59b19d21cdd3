import { Left } from "../leaving.ts";

/** How long a write whose caller left may go on before its connection is given up. */
const LONGEST_MS = 10 * 60_000;

/**
 * The way of one write. Leaving it has an effect only while no byte is out; a write on the wire runs to
 * its answer, or to {@link LONGEST_MS}.
 */
export class WriteWay {
  readonly #controller = new AbortController();
  #left: Left | undefined;
  #limit: NodeJS.Timeout | undefined;

  /** Aborted when the write must not go out any more. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether bytes have left and the answer has not come. */
  get onWire(): boolean {
    return this.#limit !== undefined;
  }

  leave(left: Left): void {
    this.#left = left;
    if (!this.onWire) this.#controller.abort(left);
  }

  /** Bytes go on leaving: the time for the answer begins anew. */
  readonly progressed = (): void => {
    this.#limit?.refresh();
  };

  readonly sent = (): void => {
    this.#limit = setTimeout(() => this.#controller.abort(new Left("timeout")), LONGEST_MS);
  };

  /** After an answer, which may be one (401) that lets the write go out again for who still waits. */
  readonly answered = (): void => {
    clearTimeout(this.#limit);
    this.#limit = undefined;
    if (this.#left) this.#controller.abort(this.#left);
  };
}
