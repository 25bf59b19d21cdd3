import type { LabClock } from "./types.ts";

/** The wall clock, with simulated durations divided by `speed`. */
export class Clock implements LabClock {
  readonly #speed: number;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(speed: number) {
    this.#speed = speed;
  }

  now(): number {
    return Date.now();
  }

  seconds(): number {
    return Math.floor(Date.now() / 1000);
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
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

  /** Drops what still waits. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
