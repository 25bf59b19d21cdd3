import { orLeave } from "./leaving.ts";

interface Flight<T> {
  readonly answer: Promise<T>;
  readonly controller: AbortController;
  waiters: number;
}

/** Work that several may wait for: begun once, aborted when the last of them leaves. */
export class Flights<T> {
  readonly #joinable = new Map<string, Flight<T>>();
  readonly #all = new Set<Flight<T>>();

  /**
   * Waits for the work of this key, beginning it where none is under way. Rejects with the reason of
   * `signal` when that is aborted first.
   */
  async join(key: string, signal: AbortSignal, begin: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#joinable.get(key) ?? this.#begin(key, begin);
    flight.waiters += 1;
    try {
      return await orLeave(flight.answer, signal);
    } finally {
      flight.waiters -= 1;
      if (flight.waiters === 0) this.#end(key, flight, signal.reason);
    }
  }

  /** Work under way is not joined any more: what it sees may be older than what is asked from now on. */
  forget(): void {
    this.#joinable.clear();
  }

  /** Aborts all work under way. */
  abort(reason: Error): void {
    for (const flight of this.#all) flight.controller.abort(reason);
  }

  #begin(key: string, begin: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = { answer: begin(controller.signal), controller, waiters: 0 };
    this.#joinable.set(key, flight);
    this.#all.add(flight);
    // Whoever comes after the end begins anew, even while the first waiters are still being told.
    const ended = () => this.#end(key, flight);
    void flight.answer.then(ended, ended);
    return flight;
  }

  #end(key: string, flight: Flight<T>, reason?: unknown): void {
    if (this.#joinable.get(key) === flight) this.#joinable.delete(key);
    if (!this.#all.delete(flight)) return;
    if (reason !== undefined) flight.controller.abort(reason);
  }
}
