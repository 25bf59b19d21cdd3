import type { LabClock } from "./types.ts";

/** The wall clock and what was let pass besides, with simulated durations divided by `speed`. */
export class Clock implements LabClock {
  readonly #speed: number;
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #closed = new AbortController();
  #passed = 0;

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return Date.now() + this.#passed;
  }

  seconds(): number {
    return Math.floor(this.now() / 1000);
  }

  /** Lets milliseconds go by at once. Whoever sleeps does not wake earlier by it. */
  pass(ms: number): void {
    this.#passed += ms;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.#closed.signal.throwIfAborted();
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        this.#timers.delete(timer);
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      const stop = (): void => {
        clearTimeout(timer);
        this.#timers.delete(timer);
        reject(signal?.reason ?? new Error("stopped"));
      };
      const timer = setTimeout(done, ms / this.#speed);
      this.#timers.add(timer);
      signal?.addEventListener("abort", stop, { once: true });
    });
  }

  /** Whether nobody waits for anything. */
  isIdle(): boolean {
    return this.#timers.size === 0;
  }

  /** Drops what still waits; who sleeps later fails at once. */
  close(): void {
    this.#closed.abort(new Error("the lab is closed"));
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
