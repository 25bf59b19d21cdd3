import { die } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { GuestConfig, LabGuest, LabSnapshot } from "../types.ts";

/** The configuration in a snapshot. */
export function snapshotOf(guest: LabGuest, name: string): GuestConfig {
  return needSnapshot(guest, name).config;
}

/** A snapshot by name; fails where the guest has none such. */
export function needSnapshot(guest: LabGuest, name: string): LabSnapshot {
  const snapshot = guest.snapshots.get(name);
  if (snapshot === undefined) throw die(`snapshot '${name}' does not exist`);
  return snapshot;
}

/** The snapshots of a guest, and its present state as `current`; `more` is what a kind of guest tells besides. */
export function snapshotLines(
  guest: LabGuest,
  more: (config: GuestConfig) => object = () => ({}),
): readonly object[] {
  const rows = [...guest.snapshots.values()].map(({ name, config }) => ({
    name,
    snaptime: Number(config.get("snaptime") ?? 0),
    ...more(config),
    description: config.get("description") ?? "",
    ...parentOf(config),
  }));
  const current = {
    name: "current",
    digest: configDigest(guest),
    running: guest.runtime === undefined ? 0 : 1,
    description: "You are here!",
    ...parentOf(guest.config),
  };
  return [...rows, current];
}

function parentOf(config: GuestConfig): { parent?: string } {
  const parent = config.get("parent");
  return parent === undefined ? {} : { parent };
}

/** What of a section goes into a snapshot and comes back from it: all but these and the unused volumes. */
export function copySection(source: GuestConfig, without: ReadonlySet<string>): GuestConfig {
  return new Map([...source].filter(([name]) => !without.has(name) && !isUnused(name)));
}

/** Lays over a section that came back what a rollback leaves as it is. */
export function keepPresent(section: GuestConfig, present: GuestConfig): void {
  for (const [name, value] of present) if (isUnused(name) || name === "description") section.set(name, value);
}

function isUnused(name: string): boolean {
  return /^unused\d+$/.test(name);
}

/** Takes a snapshot out; what rested on it rests on its parent. */
export function dropSnapshot(guest: LabGuest, { name, config }: LabSnapshot): void {
  const parent = config.get("parent");
  const sections = [guest.config, ...[...guest.snapshots.values()].map((other) => other.config)];
  for (const section of sections) {
    if (section === config || section.get("parent") !== name) continue;
    if (parent === undefined) section.delete("parent");
    else section.set("parent", parent);
  }
  guest.snapshots.delete(name);
}
