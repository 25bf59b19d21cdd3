import { unusedOf } from "../qemu/guest.ts";
import type { GuestConfig, LabGuest } from "../types.ts";

/** The configuration as a backup keeps it: the present one, without its lock; a VM's also without what it does not use. */
export function archivedConfig(guest: LabGuest): GuestConfig {
  const config = new Map(guest.config);
  for (const name of ["lock", "parent"]) config.delete(name);
  if (guest.kind === "qemu") for (const [name] of unusedOf(guest.config)) config.delete(name);
  return config;
}

/** Tells what of a VM's configuration is not kept. */
export function logLeftOut(guest: LabGuest, info: (line: string) => void): void {
  for (const [, volid] of unusedOf(guest.config))
    info(`skip unused drive '${volid}' (not included into backup)`);
  if (guest.snapshots.size > 0) info("snapshots found (not included into backup)");
  if (guest.pending.size > 0 || guest.pendingDelete.size > 0)
    info("pending configuration changes found (not included into backup)");
}

/** Header and configuration, as they are and compressed. */
const EMPTY = 12_800;
const EMPTY_COMPRESSED = 448;

/** Bytes of an archive that holds so many bytes of data. */
export function storedSize(data: number, compressed: boolean): number {
  return compressed ? EMPTY_COMPRESSED + Math.floor(data * 0.45) : EMPTY + data;
}
