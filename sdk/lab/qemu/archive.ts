import type { GuestConfig } from "../types.ts";
import type { LabVolume } from "../volumes.ts";

/** What a backup holds: the configuration of the guest and, for a VM, the formats and sizes of its disks. */
export interface Archive {
  readonly config: GuestConfig;
  /** By drive name; size in bytes. */
  readonly disks: ReadonlyMap<
    string,
    { readonly format: string; readonly size: number; readonly blank: boolean }
  >;
}

const archives = new WeakMap<LabVolume, Archive>();

/** Puts content behind the volume of a backup. */
export function storeArchive(volume: LabVolume, archive: Archive): void {
  archives.set(volume, archive);
}

/** The content of a backup, undefined where nobody ever said what it is. */
export function archiveOf(volume: LabVolume): Archive | undefined {
  return archives.get(volume);
}
