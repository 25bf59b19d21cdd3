import type { Inventory } from "../../sdk/reader.ts";
import type { Artifacts } from "../artifacts/types.ts";
import type { JobService } from "../jobs/types.ts";
import type { Clusters } from "../tokens.ts";
import { KnownInventory } from "./known.ts";

/** Most values in one answer, as the protocol has it. */
const MOST = 100;

/** What completions are made of. */
export interface CompletionParts {
  readonly clusters: Clusters;
  readonly jobs: JobService;
  readonly artifacts: Artifacts;
}

/** A value to be completed. */
export interface Unfinished {
  /** Argument of a prompt, or part of a resource's URI. */
  readonly name: string;
  /** What was typed so far. */
  readonly value: string;
  /** Other values that are already given, such as the cluster. */
  readonly given: Readonly<Record<string, string>>;
  readonly subject: string;
}

/** Values that fit, and how many there are in all. */
export interface Completion {
  readonly values: string[];
  readonly total: number;
  readonly hasMore: boolean;
}

/** Offers clusters, nodes, guests and storages from what is known already, and own jobs and artifacts. */
export class Completions {
  readonly #parts: CompletionParts;
  readonly #known: ReadonlyMap<string, KnownInventory>;

  constructor(parts: CompletionParts) {
    this.#parts = parts;
    this.#known = new Map(parts.clusters.all.map((cluster) => [cluster.name, new KnownInventory(cluster)]));
  }

  async complete(unfinished: Unfinished): Promise<Completion> {
    const typed = unfinished.value.toLowerCase();
    const fitting = (await this.#all(unfinished)).filter((value) => value.toLowerCase().startsWith(typed));
    const values = [...new Set(fitting)];
    return { values: values.slice(0, MOST), total: values.length, hasMore: values.length > MOST };
  }

  async #all({ name, given, subject }: Unfinished): Promise<readonly string[]> {
    const { jobs, artifacts, clusters } = this.#parts;
    switch (name) {
      case "cluster":
        return clusters.all.map((cluster) => cluster.name);
      case "node":
        return this.#fromInventory(given, ({ nodes }) => nodes.map(({ node }) => node));
      case "storage":
        return this.#fromInventory(given, ({ storages }) => storages.map(({ storage }) => storage));
      case "vmid":
        return this.#fromInventory(given, guestsOf);
      case "jobId":
        return (await jobs.list({ limit: MOST })).map(({ id }) => id);
      case "artifactId":
        return (await artifacts.list(subject, MOST)).map(({ id }) => id);
      default:
        return [];
    }
  }

  /** Of the cluster that is named, else of all. */
  async #fromInventory(
    { cluster }: Readonly<Record<string, string>>,
    values: (inventory: Inventory) => readonly string[],
  ): Promise<readonly string[]> {
    const named = cluster === undefined ? undefined : this.#known.get(cluster);
    const known = named === undefined ? [...this.#known.values()] : [named];
    const inventories = await Promise.all(known.map((one) => one.get()));
    return inventories.flatMap((inventory) => (inventory === undefined ? [] : values(inventory))).sort();
  }
}

/** VMIDs, and names, which tools take where one guest alone has it. */
function guestsOf({ guests }: Inventory): readonly string[] {
  return guests.flatMap(({ vmid, name }) => [String(vmid), name]);
}
