import { paramError } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { snapshotOf } from "./snapshots.ts";

type Answer = Readonly<Record<string, string | number>>;

/** Fails where a snapshot and the present configuration are asked for at once. */
export function refuseTwoSections({ params }: LabRequest): void {
  if (params.text("snapshot") === undefined || !params.flag("current")) return;
  const message = "cannot use 'snapshot' parameter with 'current'";
  throw paramError({ snapshot: message, current: message });
}

/** A configuration with pending changes, without them, or of a snapshot; `shown` is how a section is answered. */
export function configAnswer(
  { params }: LabRequest,
  guest: LabGuest,
  shown: (section: GuestConfig) => Answer,
): Answer {
  const snapshot = params.text("snapshot");
  const section =
    snapshot === undefined ? presentSection(guest, params.flag("current")) : snapshotOf(guest, snapshot);
  return { ...shown(section), digest: configDigest(guest) };
}

function presentSection(guest: LabGuest, current: boolean): GuestConfig {
  const section = new Map(guest.config);
  if (current) return section;
  for (const [name, value] of guest.pending) section.set(name, value);
  // What is off stays in the answer until the restart.
  for (const name of guest.pendingDelete.keys()) if (section.get(name) !== "0") section.delete(name);
  return section;
}

/** Every option with its present and its pending value; `pendingValue` is how the latter is answered. */
export function pendingAnswer(
  guest: LabGuest,
  shown: (section: GuestConfig) => Answer,
  pendingValue: (name: string, value: string) => string | number,
): readonly unknown[] {
  const rows: Record<string, unknown>[] = [];
  for (const [name, value] of Object.entries(shown(guest.config))) {
    const pending = guest.pending.get(name);
    const removal = guest.pendingDelete.get(name);
    rows.push({
      key: name,
      value,
      ...(pending === undefined ? {} : { pending: pendingValue(name, pending) }),
      ...(removal === undefined ? {} : { delete: removal ? 2 : 1 }),
    });
  }
  rows.push({ key: "digest", value: configDigest(guest) });
  for (const [name, value] of guest.pending)
    if (!guest.config.has(name)) rows.push({ key: name, pending: pendingValue(name, value) });
  return rows;
}
