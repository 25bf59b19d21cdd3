import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import type { Dispatcher } from "undici";

/** Most bytes of an answer that are taken in, before and after decompression. */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** A request as it goes out. */
export interface WireRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Percent-encoded, with the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Text, or what makes a body of the length that the headers tell. */
  readonly body?: string | (() => AsyncIterable<Uint8Array>);
}

/** An answer as it came in. */
export interface WireAnswer {
  readonly status: number;
  /** Reason phrase; may be empty. */
  readonly reason: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The body of an answer is larger than {@link MAX_ANSWER_BYTES}. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge";
}

/** The file of an upload is not what was promised; the message says how. */
export class FileFault extends Error {
  override readonly name = "FileFault";
}

/** The connection failed, or was given up, before the answer was complete. */
export class ExchangeFault extends Error {
  override readonly name = "ExchangeFault";
  /** Whether bytes of the request may have left. */
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super("exchange failed", { cause });
    this.sent = sent;
  }
}

/** How an exchange is watched and given up. */
export interface ExchangeOptions {
  /** Ends the exchange at any time; a write's signal must not be aborted between its first byte and its answer. */
  readonly signal: AbortSignal;
  /** Called right before the first byte leaves. */
  readonly onSend?: () => void;
  /** Called whenever the connection has taken a part of a body that is made while it is sent. */
  readonly onProgress?: () => void;
}

/** A request under way. */
export interface Exchange {
  /** Rejects with an {@link ExchangeFault}. */
  readonly answer: Promise<WireAnswer>;
  /** Resolves when the connection is free again, or gone. */
  readonly ended: Promise<void>;
}

/**
 * Sends one request, once. It is undici's own low-level call because only there one sees the moment
 * before the first byte leaves, on which the promise of sending a write at most once rests.
 */
export function exchange(connection: Dispatcher, request: WireRequest, options: ExchangeOptions): Exchange {
  const running = new Running(options);
  const { method, path, headers, body } = request;
  // Time is bounded by the caller's signal, which also covers waiting and connecting.
  connection.dispatch(
    { method, path, headers, body: bodyOf(body, options), headersTimeout: 0, bodyTimeout: 0 },
    running,
  );
  return running;
}

function bodyOf(body: WireRequest["body"], { onProgress }: ExchangeOptions): string | Readable | null {
  if (typeof body !== "function") return body ?? null;
  return Readable.from(watched(body(), onProgress), { objectMode: false });
}

async function* watched(
  parts: AsyncIterable<Uint8Array>,
  onProgress: (() => void) | undefined,
): AsyncGenerator<Uint8Array> {
  for await (const part of parts) {
    onProgress?.();
    yield part;
  }
  onProgress?.();
}

class Running implements Exchange, Dispatcher.DispatchHandler {
  readonly answer: Promise<WireAnswer>;
  readonly ended: Promise<void>;
  readonly #options: ExchangeOptions;
  readonly #chunks: Buffer[] = [];
  #controller: Dispatcher.DispatchController | undefined;
  #head: Omit<WireAnswer, "body"> = { status: 0, reason: "", headers: {} };
  #bytes = 0;
  #resolve: (answer: WireAnswer) => void = () => undefined;
  #reject: (fault: ExchangeFault) => void = () => undefined;
  #end: () => void = () => undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    options.signal.addEventListener("abort", this.#abort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // undici may put a request back into its queue; ours must not go out a second time.
    const { signal, onSend } = this.#options;
    if (this.#controller !== undefined) {
      controller.abort(new Error("the connection was lost"));
    } else if (signal.aborted) {
      controller.abort(signal.reason);
    } else {
      this.#controller = controller;
      onSend?.();
    }
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
    reason = "",
  ): void {
    this.#head = { status, reason, headers };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_ANSWER_BYTES) controller.abort(new AnswerTooLarge());
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    const body = this.#chunks.length === 1 && only ? only : Buffer.concat(this.#chunks, this.#bytes);
    this.#resolve({ ...this.#head, body });
    this.#finish();
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#fail(error);
    this.#finish();
  }

  readonly #abort = (): void => {
    const { reason } = this.#options.signal;
    if (this.#controller === undefined) this.#fail(reason);
    else this.#controller.abort(reason);
  };

  #fail(cause: unknown): void {
    this.#reject(new ExchangeFault(this.#controller !== undefined, cause));
  }

  #finish(): void {
    this.#options.signal.removeEventListener("abort", this.#abort);
    this.#end();
  }
}
