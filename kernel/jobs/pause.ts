import { setTimeout as delay } from "node:timers/promises";

/** The longest delay that timers take, milliseconds. */
const LONGEST = 2 ** 31 - 1;

/** Waits; returns at once when the signal is or becomes aborted. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await delay(Math.min(ms, LONGEST), undefined, signal ? { signal } : {}).catch(() => undefined);
}

/** Waits for a promise that never rejects, or for a time, whichever is over first. */
export async function untilOrPause(until: Promise<void>, ms: number, signal?: AbortSignal): Promise<void> {
  const done = new AbortController();
  const either = signal ? AbortSignal.any([done.signal, signal]) : done.signal;
  await Promise.race([until.then(() => done.abort()), pause(ms, either)]);
}

/** Rising intervals: quick at first, then the asked one, then slowly longer ones up to five seconds. */
export class Backoff {
  readonly #asked: number;
  #next: number;

  constructor(askedMs: number) {
    this.#asked = askedMs;
    this.#next = Math.min(askedMs, 250);
  }

  /** The next interval in milliseconds. */
  next(): number {
    const now = this.#next;
    const grown = now * (now < this.#asked ? 2 : 1.2);
    const ceiling = now < this.#asked ? this.#asked : Math.max(this.#asked, 5000);
    this.#next = Math.min(grown, ceiling);
    return now;
  }
}
