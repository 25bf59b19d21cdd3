/** Something taken from {@link Lanes}, to be given back once. */
export interface Lane<T> {
  readonly item: T;
  release(): void;
}

/**
 * Up to `size` items, made when first needed and each used by one at a time. Who finds none free waits in
 * order, and may leave by a signal. The one used last is taken first.
 */
export class Lanes<T> {
  readonly #size: number;
  readonly #make: () => T;
  readonly #all: T[] = [];
  readonly #free: T[] = [];
  readonly #waiting = new Set<(item: T) => void>();

  constructor(size: number, make: () => T) {
    this.#size = size;
    this.#make = make;
  }

  /** All items made so far. */
  get items(): readonly T[] {
    return this.#all;
  }

  /** Rejects with the signal's reason when that is aborted before an item is free. */
  async take(signal: AbortSignal): Promise<Lane<T>> {
    signal.throwIfAborted();
    const item = this.#free.pop() ?? this.#another() ?? (await this.#turn(signal));
    return { item, release: () => this.#pass(item) };
  }

  #another(): T | undefined {
    if (this.#all.length >= this.#size) return undefined;
    const item = this.#make();
    this.#all.push(item);
    return item;
  }

  #turn(signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#waiting.delete(enter);
        reject(signal.reason);
      };
      const enter = (item: T) => {
        signal.removeEventListener("abort", leave);
        resolve(item);
      };
      this.#waiting.add(enter);
      signal.addEventListener("abort", leave, { once: true });
    });
  }

  #pass(item: T): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free.push(item);
      return;
    }
    this.#waiting.delete(next);
    next(item);
  }
}
