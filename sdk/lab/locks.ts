import { die } from "./errors.ts";
import type { Faults } from "./faults.ts";

/** File locks by name: who comes second waits for the first. */
export class Locks {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #faults: Faults;

  constructor(faults: Faults) {
    this.#faults = faults;
  }

  /**
   * Runs `work` while holding the lock. `file` is the lock file as messages name it,
   * such as `/var/lock/qemu-server/lock-100.conf`. Fails where a lock timeout was asked for.
   */
  async with<T>(file: string, work: () => Promise<T> | T): Promise<T> {
    if (this.#faults.takeLockTimeout(file)) throw die(`can't lock file '${file}' - got timeout`);
    const before = this.#tails.get(file);
    let release = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tails.set(file, mine);
    try {
      if (before !== undefined) await before;
      return await work();
    } finally {
      release();
      if (this.#tails.get(file) === mine) this.#tails.delete(file);
    }
  }
}
