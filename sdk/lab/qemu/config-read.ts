import { die, paramError } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { answered, loadVm } from "./guest.ts";
import { answeredValue } from "./options.ts";

const HIDDEN = "**********";

/** GET config: the configuration with pending changes, without them, or of a snapshot. */
export function readConfig(request: LabRequest): unknown {
  const { params, lab, node } = request;
  const snapshot = params.text("snapshot");
  const current = params.flag("current");
  if (snapshot !== undefined && current) {
    const message = "cannot use 'snapshot' parameter with 'current'";
    throw paramError({ snapshot: message, current: message });
  }
  const guest = loadVm(lab, node.name, Number(params.need("vmid")));
  const section = snapshot === undefined ? currentSection(guest, current) : snapshotOf(guest, snapshot);
  return { ...shown(section), digest: configDigest(guest) };
}

function currentSection(guest: LabGuest, current: boolean): GuestConfig {
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

/** A section as answers show it: without the password. */
export function shown(section: GuestConfig): Record<string, string | number> {
  const values = answered(section);
  return section.has("cipassword") ? { ...values, cipassword: HIDDEN } : values;
}

/** GET pending: every option with its present and its pending value. */
export function readPending(request: LabRequest): unknown {
  const guest = loadVm(request.lab, request.node.name, Number(request.params.need("vmid")));
  const rows: Record<string, unknown>[] = [];
  const pendingValue = (name: string, value: string): string | number =>
    name === "cipassword" ? `${HIDDEN} ` : answeredValue(name, value);
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
