import { type PveReader, ToolError } from "../../sdk/index.ts";
import type { Place } from "./place.ts";

/** Where a storage's space is read; for `uses`. */
export const STATUS = "GET /nodes/{node}/storage/{storage}/status";

/** What a node sees of a storage. Sizes in bytes. */
export interface Status {
  readonly active?: number;
  readonly enabled?: number;
  readonly total?: number;
  readonly used?: number;
  readonly avail?: number;
}

const GIB = 2 ** 30;

/** A size in bytes as GiB. */
export function inGib(bytes: number): string {
  return `${(bytes / GIB).toFixed(bytes < 10 * GIB ? 2 : 0)} GiB`;
}

export function statusOf(place: Place, pve: PveReader): Promise<Status> {
  return pve.get<Status>("/nodes/{node}/storage/{storage}/status", { ...place });
}

/** What is free on a storage, in bytes; `conflict` where it is not active or has less than `needed`. */
export async function needSpace(place: Place, needed: number, pve: PveReader): Promise<number> {
  const { active, avail = 0 } = await statusOf(place, pve);
  const where = `Storage ${place.storage} on node ${place.node}`;
  if (active !== 1) {
    throw new ToolError({
      code: "conflict",
      message: `${where} is not active: the node cannot reach it at present.`,
      next: "Check the storage's server or disk, then call again.",
      retry: true,
    });
  }
  if (avail >= needed) return avail;
  throw new ToolError({
    code: "conflict",
    message: `${where} has ${inGib(avail)} free, and ${inGib(needed)} are needed.`,
    next: "Choose another storage with proxmox_storage_list, or free some space first.",
  });
}
