import { type PveReader, type Row, ToolError } from "../../sdk/index.ts";
import type { Place } from "./place.ts";

/** Where a storage's volumes are read; for `uses`. */
export const CONTENT = "GET /nodes/{node}/storage/{storage}/content";

/** A volume as the API lists it. */
export interface Volume {
  readonly volid: string;
  readonly content: string;
  readonly format: string;
  /** Bytes. */
  readonly size: number;
  readonly used?: number;
  readonly vmid?: number;
  /** Seconds since the epoch. */
  readonly ctime?: number;
  readonly parent?: string | null;
  readonly notes?: string;
  readonly protected?: number;
  readonly encrypted?: string;
}

/** Volumes of a storage, of a guest or of a kind where that is given. */
export function volumesOf(
  place: Place,
  pve: PveReader,
  only: { readonly content?: string | undefined; readonly vmid?: number | undefined } = {},
): Promise<readonly Volume[]> {
  return pve.get<readonly Volume[]>("/nodes/{node}/storage/{storage}/content", { ...place, ...only });
}

/** A volume as a row. */
export function volumeRow({ volid, content, format, size, used, vmid, ctime, ...rest }: Volume): Row {
  return {
    volid,
    content,
    format,
    size,
    used,
    vmid,
    ctime,
    protected: rest.protected === 1 ? true : undefined,
    parent: rest.parent ?? undefined,
    notes: rest.notes?.trim() || undefined,
    encrypted: rest.encrypted,
  };
}

/** The storage that a volume's ID begins with; `invalid_input` where it has none. */
export function storageOf(volid: string): string {
  const storage = /^([^:/\s]+):[^\s]/.exec(volid)?.[1];
  if (storage !== undefined) return storage;
  throw new ToolError({
    code: "invalid_input",
    message: `${volid} is not the ID of a volume.`,
    next: "Give STORAGE:NAME, as proxmox_storage_content shows it.",
  });
}

/** The volume of this ID; `not_found` where the storage has none that this account may see. */
export async function volumeOf(volid: string, place: Place, pve: PveReader): Promise<Volume> {
  const found = (await volumesOf(place, pve)).find((volume) => volume.volid === volid);
  if (found !== undefined) return found;
  throw new ToolError({
    code: "not_found",
    message: `Storage ${place.storage} has no volume ${volid} on node ${place.node} that this account may see.`,
    next: `proxmox_storage_content lists its volumes. ${seenWith(volid, place.storage)}`,
  });
}

/** (pve-storage, src/PVE/Storage.pm: check_volume_access) */
function seenWith(volid: string, storage: string): string {
  const owner = /backup\/vzdump-\w+-(\d+)-/.exec(volid)?.[1];
  const others = owner === undefined ? "" : `, or with VM.Backup on /vms/${owner}`;
  return `One is seen with Datastore.Allocate on /storage/${storage}${others}.`;
}

/** The ID that a file of this name gets: Proxmox VE keeps no directories and only harmless characters of it. */
export function fileVolid(storage: string, content: string, filename: string): string {
  const name = filename.replace(/^.*[/\\]/s, "").replace(/[^a-zA-Z0-9_.-]/g, "_");
  return `${storage}:${content}/${name}`;
}

/** Fails with `conflict` where the storage has a volume of this ID. */
export async function refuseTaken(volid: string, place: Place, pve: PveReader): Promise<void> {
  const taken = (await volumesOf(place, pve)).some((volume) => volume.volid === volid);
  if (!taken) return;
  throw new ToolError({
    code: "conflict",
    message: `${volid} exists already.`,
    next: "Choose another name, or delete it first with proxmox_storage_volume_delete.",
  });
}
