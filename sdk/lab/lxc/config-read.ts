import { die, paramError } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { answered, containerOf } from "./container.ts";
import { answeredValue } from "./options.ts";

/** GET config: the configuration with pending changes, without them, or of a snapshot. */
export function readConfig(request: LabRequest): unknown {
  const { params } = request;
  const snapshot = params.text("snapshot");
  const current = params.flag("current");
  if (snapshot !== undefined && current) {
    const message = "cannot use 'snapshot' parameter with 'current'";
    throw paramError({ snapshot: message, current: message });
  }
  const guest = containerOf(request);
  const section = snapshot === undefined ? presentSection(guest, current) : snapshotOf(guest, snapshot);
  return { ...answered(section), digest: configDigest(guest) };
}

function presentSection(guest: LabGuest, current: boolean): GuestConfig {
  const section = new Map(guest.config);
  if (current) return section;
  for (const [name, value] of guest.pending) section.set(name, value);
  for (const name of guest.pendingDelete.keys()) section.delete(name);
  return section;
}

/** The configuration in a snapshot. */
export function snapshotOf(guest: LabGuest, name: string): GuestConfig {
  const snapshot = guest.snapshots.get(name);
  if (snapshot === undefined) throw die(`snapshot '${name}' does not exist`);
  return snapshot.config;
}

/** GET pending: every option with its present and its pending value. */
export function readPending(request: LabRequest): unknown {
  const guest = containerOf(request);
  const rows: Record<string, unknown>[] = [];
  for (const [name, value] of Object.entries(answered(guest.config))) {
    const pending = guest.pending.get(name);
    const removal = guest.pendingDelete.get(name);
    rows.push({
      key: name,
      value,
      ...(pending === undefined ? {} : { pending: answeredValue(name, pending) }),
      ...(removal === undefined ? {} : { delete: removal ? 2 : 1 }),
    });
  }
  rows.push({ key: "digest", value: configDigest(guest) });
  for (const [name, value] of guest.pending)
    if (!guest.config.has(name)) rows.push({ key: name, pending: answeredValue(name, value) });
  return rows;
}
