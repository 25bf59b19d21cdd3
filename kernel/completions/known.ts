import type { Inventory } from "../../sdk/reader.ts";
import type { ClusterAccess } from "../tokens.ts";

/** How old what is offered may be before it is read again, milliseconds. */
const REFRESH_MS = 30_000;
/** How long the very first completion waits for the cluster, milliseconds. */
const FIRST_WAIT_MS = 2_000;

/**
 * What is known of one cluster for completing: never a request per keystroke. At most one reading is under way,
 * and another begins only when the last attempt, good or bad, is old.
 */
export class KnownInventory {
  readonly #cluster: ClusterAccess;
  readonly #now: () => number;
  #inventory: Inventory | undefined;
  #asked = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> = Promise.resolve();

  constructor(cluster: ClusterAccess, now: () => number = Date.now) {
    this.#cluster = cluster;
    this.#now = now;
  }

  /** The last reading; waits a little for the first one, undefined where there is none yet. */
  async get(): Promise<Inventory | undefined> {
    if (this.#now() - this.#asked >= REFRESH_MS) {
      this.#asked = this.#now();
      this.#asking = this.#read();
    }
    if (this.#inventory === undefined) await withDeadline(this.#asking);
    return this.#inventory;
  }

  async #read(): Promise<void> {
    try {
      this.#inventory = await this.#cluster.inventory.read();
    } catch {
      // Completion is a courtesy: a cluster that is down is told by the tools.
    }
  }
}

async function withDeadline(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FIRST_WAIT_MS);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
