import type { GuestConfig, LabGuest, LabState } from "../types.ts";
import { isShared } from "../volumes.ts";
import { type Drive, isCdrom, splitVolid } from "./drive.ts";
import { drivesOf, unusedOf } from "./guest.ts";
import { storageOf } from "./storage/lookup.ts";

type Row = Record<string, unknown>;

/** Where a drive is written down: in the configuration, among what waits for a restart, or in a snapshot. */
interface Place {
  readonly snapshot?: string;
  readonly pending?: boolean;
}

/** Volumes of a VM that other nodes cannot reach, with all that its configuration says of each. */
export function localDisks(state: LabState, guest: LabGuest): readonly Row[] {
  const rows = new Map<string, Row>();
  note(rows, guest.config, {});
  note(rows, guest.pending, { pending: true });
  for (const [snapshot, { config }] of guest.snapshots) note(rows, config, { snapshot });
  return [...rows.values()].filter(({ volid, shared, cdrom }) => {
    if (shared === 1 || (cdrom === 1 && volid === "none")) return false;
    const parts = splitVolid(String(volid));
    return parts === undefined || !isShared(storageOf(state, parts.storage));
  });
}

function note(rows: Map<string, Row>, config: GuestConfig, place: Place): void {
  for (const [name, drive] of drivesOf(config)) add(rows, name, drive, place);
  const bare = (file: string): Drive => ({ file, options: new Map() });
  const state = config.get("vmstate");
  if (state !== undefined) add(rows, "vmstate", bare(state), place);
  for (const [name, volid] of unusedOf(config)) add(rows, name, bare(volid), place);
}

function add(rows: Map<string, Row>, name: string, drive: Drive, { snapshot, pending = false }: Place): void {
  const row = rows.get(drive.file) ?? {
    volid: drive.file,
    cdrom: 1,
    ...{ replicate: 0, shared: 0, is_unused: 0, is_attached: 0, is_vmstate: 0, is_tpmstate: 0 },
  };
  rows.set(drive.file, row);
  const unused = /^unused\d+$/.test(name);
  if (!isCdrom(drive)) row.cdrom = 0;
  if (drive.options.get("replicate") !== "0") row.replicate = 1;
  if (drive.options.get("shared") === "1") row.shared = 1;
  if (unused) row.is_unused = 1;
  if (row.is_unused === 0 && snapshot === undefined && !pending) row.is_attached = 1;
  if (snapshot !== undefined)
    row.referenced_in_snapshot = { ...(row.referenced_in_snapshot ?? {}), [snapshot]: 1 };
  if (pending) row.referenced_in_pending = 1;
  if (drive.size !== undefined && drive.size > 0) row.size ??= drive.size;
  if (name === "vmstate") row.is_vmstate = 1;
  if (name === "tpmstate0") row.is_tpmstate = 1;
  if (name !== "vmstate" && !unused) row.drivename = name;
}
