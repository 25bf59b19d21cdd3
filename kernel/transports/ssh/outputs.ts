import type { ClientChannel } from "ssh2";
import { Capture } from "./capture.ts";
import { Preamble } from "./preamble.ts";
import type { NodeCommand, OutputStream } from "./types.ts";

/** What {@link Outputs} needs. */
export interface OutputParts {
  readonly channel: ClientChannel;
  readonly mark: string;
  readonly onOutput: NodeCommand["onOutput"];
  /** Told once where the receiver of the output fails. */
  readonly failed: (error: unknown) => void;
}

/** Takes the outputs of a command off its channel, in order and no faster than their receiver takes them. */
export class Outputs {
  readonly preamble: Preamble;
  /** Done when the channel is closed and all of both outputs has been taken. */
  readonly closed: Promise<void>;
  readonly #captured = { stdout: new Capture(), stderr: new Capture() };
  readonly #parts: OutputParts;
  #isDiscarding = false;
  #hasDropped = false;

  constructor(parts: OutputParts) {
    const { channel, mark } = parts;
    this.#parts = parts;
    this.preamble = new Preamble(mark);
    const isClosed = [channel, channel.stderr].map(
      (stream) => new Promise<void>((resolve) => stream.once("close", () => resolve())),
    );
    this.closed = Promise.all(isClosed).then(() => undefined);
    channel.on("data", (chunk: Buffer) => this.#take(this.preamble.strip(chunk), "stdout"));
    channel.stderr.on("data", (chunk: Buffer) => this.#take(chunk, "stderr"));
  }

  get stdout(): Capture {
    return this.#captured.stdout;
  }

  get stderr(): Capture {
    return this.#captured.stderr;
  }

  /** Whether the receiver has missed some of the output. */
  get hasDropped(): boolean {
    return this.#hasDropped;
  }

  /** Lets the rest run through without its receiver, who may never take it. */
  discard(): void {
    this.#isDiscarding = true;
    this.#flow();
  }

  #take(chunk: Buffer, from: OutputStream): void {
    if (chunk.length === 0) return;
    this.#captured[from].add(chunk);
    if (this.#isDiscarding) {
      this.#hasDropped = true;
      return;
    }
    try {
      const taken = this.#parts.onOutput?.(chunk, from);
      if (taken !== undefined) this.#waitFor(taken);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Both outputs wait: they share the window of the channel, and one alone would open it for the other. */
  #waitFor(taken: Promise<void>): void {
    const { channel } = this.#parts;
    channel.pause();
    channel.stderr.pause();
    taken.then(
      () => this.#flow(),
      (error: unknown) => this.#fail(error),
    );
  }

  #fail(error: unknown): void {
    if (this.#isDiscarding) return;
    this.discard();
    this.#parts.failed(error);
  }

  #flow(): void {
    const { channel } = this.#parts;
    channel.resume();
    channel.stderr.resume();
  }
}
