import type { Guest, Inventory } from "../../sdk/reader.ts";

/** What is on a cluster, from one `/cluster/resources` request. */
export interface ClusterInventory {
  /** Cached for `inventoryCacheMs`; `fresh` always asks. */
  read(options?: { fresh?: boolean; signal?: AbortSignal }): Promise<Inventory>;
  /** Guest by VMID or unique name. Throws ToolError `not_found` or `invalid_input`. */
  guest(
    kind: "qemu" | "lxc" | "any",
    ref: number | string,
    options?: { fresh?: boolean; signal?: AbortSignal },
  ): Promise<Guest>;
  /** Forgets the cache, after a change. */
  forget(): void;
}
