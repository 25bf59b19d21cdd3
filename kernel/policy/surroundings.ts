import { isToolError } from "../../sdk/errors.ts";
import type { Guest, Inventory } from "../../sdk/reader.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { ownPermissions } from "../privileges/own-permissions.ts";
import type { ClusterAccess } from "../tokens.ts";
import { isOn, listOf } from "./touches.ts";

/** More guests than this are not looked through for a mention: what is left counts as not looked up. */
const MOST_CONFIGS = 250;
const AT_ONCE = 8;

/** Guests whose configuration mentions something, and those whose configuration could not be read, with why. */
export interface Mentioning {
  readonly guests: readonly Guest[];
  readonly unread: readonly { readonly guest: Guest; readonly why: string }[];
}

type Config = Readonly<Record<string, unknown>>;
type Cluster = Pick<ClusterAccess, "rest" | "catalog" | "inventory">;

/** What has to be looked up to judge a plan: afresh, each thing once, and only when asked for. Never rejects. */
export class Surroundings {
  readonly #cluster: Cluster;
  readonly #signal: AbortSignal;
  readonly #concerns: (guest: Guest) => boolean;
  #inventory: Promise<Inventory | undefined> | undefined;
  #seesAll: Promise<boolean> | undefined;
  readonly #configs = new Map<number, Promise<Config | string>>();
  /** Why there is no inventory, once {@link inventory} answered none. */
  whyNoInventory = "the guests could not be listed";

  /** `concerns` says for which guests it matters whether they are touched at all. */
  constructor(cluster: Cluster, signal: AbortSignal, concerns: (guest: Guest) => boolean) {
    this.#cluster = cluster;
    this.#signal = signal;
    this.#concerns = concerns;
  }

  /** Undefined where it cannot be read. */
  inventory(): Promise<Inventory | undefined> {
    this.#inventory ??= this.#cluster.inventory
      .read({ fresh: true, signal: this.#signal })
      .catch((error: unknown) => {
        this.whyNoInventory = `the guests could not be listed (${reason(error)})`;
        return undefined;
      });
    return this.#inventory;
  }

  /** Whether the inventory shows every guest there is, as far as the account's own permissions tell. */
  seesAllGuests(): Promise<boolean> {
    this.#seesAll ??= ownPermissions(this.#cluster, { signal: this.#signal }).then(
      (held) => held.everywhere("VM.Audit", "/vms"),
      () => false,
    );
    return this.#seesAll;
  }

  /** Looks for a text, as a whole value or part of one, in the present configurations of the guests that matter. */
  async mentioning(text: string): Promise<Mentioning> {
    const candidates = ((await this.inventory())?.guests ?? []).filter(this.#concerns);
    const pattern = new RegExp(`(?:^|[,;=\\s])${escaped(text)}${text.endsWith(":") ? "" : "(?:$|[,;\\s])"}`);
    const guests: Guest[] = [];
    const unread: { guest: Guest; why: string }[] = candidates
      .slice(MOST_CONFIGS)
      .map((guest) => ({ guest, why: `more than ${MOST_CONFIGS} configurations would have to be read` }));
    const queue = candidates.slice(0, MOST_CONFIGS);
    const work = async (): Promise<void> => {
      for (let guest = queue.shift(); guest !== undefined; guest = queue.shift()) {
        const config = await this.#config(guest);
        if (typeof config === "string") unread.push({ guest, why: config });
        else if (Object.values(config).some((value) => pattern.test(String(value)))) guests.push(guest);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return { guests, unread };
  }

  /** Which guests a backup job covers; a text says why that cannot be told. */
  async coveredBy(id: string): Promise<((guest: Guest) => boolean) | string> {
    const job = await this.#read("GET /cluster/backup/{id}", { id });
    if (typeof job === "string") return job;
    const vmids = new Set(listOf(job.vmid).map(Number));
    if (vmids.size > 0) return ({ vmid }) => vmids.has(vmid);
    if (typeof job.pool === "string") return ({ pool }) => pool === job.pool;
    const excluded = new Set(listOf(job.exclude).map(Number));
    if (isOn(job.all)) return ({ vmid }) => !excluded.has(vmid);
    return `the backup job ${id} does not say which guests it covers`;
  }

  #config(guest: Guest): Promise<Config | string> {
    let config = this.#configs.get(guest.vmid);
    if (config === undefined) {
      const { kind, node, vmid } = guest;
      config = this.#read(`GET /nodes/{node}/${kind}/{vmid}/config`, { node, vmid });
      this.#configs.set(vmid, config);
    }
    return config;
  }

  async #read(key: string, params: Config): Promise<Config | string> {
    try {
      const catalog: Catalog = await this.#cluster.catalog();
      const endpoint = catalog.endpoint(key);
      if (endpoint === undefined) return `${key} is not known to this version`;
      const data: unknown = await this.#cluster.rest.read({ endpoint, params, signal: this.#signal });
      if (typeof data === "object" && data !== null) return { ...data };
      return `${key} answered nothing`;
    } catch (error) {
      return `${key} failed (${reason(error)})`;
    }
  }
}

function reason(error: unknown): string {
  if (isToolError(error)) return error.code;
  return error instanceof Error ? error.message.slice(0, 200) : String(error);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
