import type { Guest, Inventory } from "../../sdk/reader.ts";
import type { Endpoint } from "../../vendor/pve-docs/types.ts";
import { Flights } from "../transports/flights.ts";
import { RestFault, type RestTransport } from "../transports/types.ts";
import { GuestIndex } from "./guest-index.ts";
import { toInventory } from "./resources.ts";
import type { ClusterInventory } from "./types.ts";

const RESOURCES: Endpoint = { path: "/cluster/resources", method: "GET", name: "resources", parameters: {} };

/** What a {@link ResourceInventory} needs. */
export interface InventoryParts {
  /** Name of the cluster, for messages. */
  readonly cluster: string;
  readonly rest: RestTransport;
  /** How long an answer may be used, in milliseconds. */
  readonly cacheMs: number;
  readonly now?: () => number;
}

/** How to look. */
export interface LookOptions {
  readonly fresh?: boolean;
  readonly signal?: AbortSignal;
}

/** One reading, with its guests indexed when first looked up. */
class Reading {
  readonly inventory: Inventory;
  readonly #cluster: string;
  #index: GuestIndex | undefined;

  constructor(cluster: string, inventory: Inventory) {
    this.#cluster = cluster;
    this.inventory = inventory;
  }

  get guests(): GuestIndex {
    this.#index ??= new GuestIndex(this.#cluster, this.inventory.guests);
    return this.#index;
  }
}

/** The inventory from `/cluster/resources`; readers at the same time share one request. Throws RestFault as well. */
export class ResourceInventory implements ClusterInventory {
  readonly #parts: InventoryParts;
  readonly #now: () => number;
  readonly #flights = new Flights<Reading>();
  #cached: Reading | undefined;
  #forgotten = 0;

  constructor(parts: InventoryParts) {
    this.#parts = parts;
    this.#now = parts.now ?? Date.now;
  }

  async read(options: LookOptions = {}): Promise<Inventory> {
    const reading = this.#usable(options) ?? (await this.#ask(options.signal));
    return reading.inventory;
  }

  async guest(kind: "qemu" | "lxc" | "any", ref: number | string, options: LookOptions = {}): Promise<Guest> {
    const known = this.#usable(options)?.guests.find(kind, ref);
    if (known !== undefined && !(known instanceof Error)) return known;
    // What the cache does not know may have been made since.
    const found = (await this.#ask(options.signal)).guests.find(kind, ref);
    if (found instanceof Error) throw found;
    return found;
  }

  forget(): void {
    this.#forgotten += 1;
    this.#cached = undefined;
    this.#flights.forget();
  }

  #usable({ fresh }: LookOptions): Reading | undefined {
    if (fresh || this.#cached === undefined) return undefined;
    return this.#now() - this.#cached.inventory.readAt < this.#parts.cacheMs ? this.#cached : undefined;
  }

  async #ask(signal: AbortSignal = new AbortController().signal): Promise<Reading> {
    try {
      return await this.#flights.join("resources", signal, (shared) => this.#request(shared));
    } catch (error) {
      if (!signal.aborted || error instanceof RestFault) throw error;
      throw new RestFault("no_answer", "the request was cancelled", { cause: error });
    }
  }

  async #request(signal: AbortSignal): Promise<Reading> {
    const { forgotten, rest, cluster } = { forgotten: this.#forgotten, ...this.#parts };
    const data = await rest.read({ endpoint: RESOURCES, params: {}, signal });
    const reading = new Reading(cluster, toInventory(data, this.#now()));
    // A change since may not be in it: those who asked before the change get it, nobody later.
    if (forgotten === this.#forgotten) this.#cached = reading;
    return reading;
  }
}
