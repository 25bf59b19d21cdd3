import { die } from "./errors.ts";
import type { Faults } from "./faults.ts";
import type { LabClock } from "./types.ts";

/** How long Proxmox VE waits for the lock of a guest's configuration. (pve-guest-common, PVE/AbstractConfig.pm) */
export const CONFIG_LOCK_MS = 10_000;

/** File locks by name: who comes second waits for the first. */
export class Locks {
  readonly #tails = new Map<string, Promise<void>>();
  readonly #faults: Faults;
  readonly #clock: LabClock;

  constructor(faults: Faults, clock: LabClock) {
    this.#faults = faults;
    this.#clock = clock;
  }

  /**
   * Runs `work` while holding the lock. `file` is the lock file as messages name it,
   * such as `/var/lock/qemu-server/lock-100.conf`. Fails where a lock timeout was asked for, and after
   * `patienceMs` simulated milliseconds.
   */
  async with<T>(file: string, work: () => Promise<T> | T, patienceMs?: number): Promise<T> {
    if (this.#faults.takeLockTimeout(file)) throw timeout(file);
    const before = this.#tails.get(file);
    let release = (): void => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#tails.set(file, mine);
    const done = (): void => {
      release();
      if (this.#tails.get(file) === mine) this.#tails.delete(file);
    };
    if (before !== undefined && !(await this.#inTime(before, patienceMs))) {
      // Who comes after waits for the holder all the same.
      void before.then(done);
      throw timeout(file);
    }
    try {
      return await work();
    } finally {
      done();
    }
  }

  async #inTime(before: Promise<void>, patienceMs: number | undefined): Promise<boolean> {
    if (patienceMs === undefined) {
      await before;
      return true;
    }
    const had = new AbortController();
    const late = this.#clock.sleep(patienceMs, had.signal).then(
      () => false,
      () => true,
    );
    const inTime = await Promise.race([before.then(() => true), late]);
    had.abort();
    return inTime;
  }
}

function timeout(file: string): Error {
  return die(`can't lock file '${file}' - got timeout`);
}
