import type { LabGuest } from "../types.ts";
import { cloudInitDrive } from "./create-disks.ts";
import { concernsCloudInit } from "./options.ts";

/** Values that the present cloud-init image still has, and the names of those it lacks. */
export interface StaleCloudInit {
  readonly old: Map<string, string>;
  readonly added: Set<string>;
}

const sections = new WeakMap<LabGuest, StaleCloudInit>();

/** What the cloud-init image of a VM is behind by. */
export function staleCloudInit(guest: LabGuest): StaleCloudInit {
  const section = cloudInitDrive(guest.config) === undefined ? undefined : sections.get(guest);
  return section ?? { old: new Map(), added: new Set() };
}

/** The image was made anew. */
export function cloudInitIsFresh(guest: LabGuest): void {
  sections.delete(guest);
}

/** Notes a change of a running VM that its cloud-init image does not follow by itself. */
export function noteCloudInit(
  guest: LabGuest,
  name: string,
  before: string | undefined,
  after: string | undefined,
): void {
  if (!concernsCloudInit(name)) return;
  const section = sections.get(guest) ?? { old: new Map<string, string>(), added: new Set<string>() };
  sections.set(guest, section);
  const { old, added } = section;
  if (old.has(name)) {
    if (old.get(name) === after) old.delete(name);
  } else if (added.has(name)) {
    if (after === undefined) added.delete(name);
  } else if (before !== undefined) {
    if (before !== after) old.set(name, before);
  } else if (after !== undefined) added.add(name);
}
