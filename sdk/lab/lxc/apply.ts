import { die, faultText } from "../errors.ts";
import { bridgeMtu } from "../guests/bridge.ts";
import { keepUnused } from "../qemu/guest.ts";
import { findVolume } from "../qemu/storage/lookup.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { setBoth, written } from "./container.ts";
import { createDisks, type DiskContext, deleteVolume } from "./disks.ts";
import { kindOf, mounts, newVolume, parseMountPoint, printMountPoint } from "./mount-point.ts";
import { parseNet, printNet } from "./net.ts";
import { FAST_PLUG } from "./options.ts";

/** Faults by option. */
type Faults = Record<string, string>;

/** Whether the configuration, a pending change or a snapshot mounts the volume. */
export function isInUse(guest: LabGuest, volid: string): boolean {
  const sections = [guest.config, guest.pending, ...[...guest.snapshots.values()].map((one) => one.config)];
  return sections.some((section) => mounts(section, volid));
}

/** Whether a snapshot mounts the volume. */
export function isInSnapshot(guest: LabGuest, volid: string): boolean {
  return [...guest.snapshots.values()].some(({ config }) => mounts(config, volid));
}

function contextOf(lab: LabCore, guest: LabGuest): DiskContext {
  return { lab, node: guest.node, vmid: guest.vmid, log: () => undefined };
}

/** Drops pending entries that change nothing. */
export function cleanupPending(guest: LabGuest): void {
  for (const [name, value] of [...guest.pending])
    if (guest.config.get(name) === value) guest.pending.delete(name);
  for (const name of [...guest.pendingDelete.keys()])
    if (!guest.config.has(name)) guest.pendingDelete.delete(name);
}

function byName<T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Brings pending changes into the configuration of a stopped container; answers faults by option. */
export function applyPending(lab: LabCore, guest: LabGuest): Faults {
  const faults: Faults = {};
  const attempt = (name: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      const reason = faultText(error);
      faults[name] = `unable to apply pending change ${name} : ${reason}\n`;
    }
  };
  for (const [name] of byName(guest.pendingDelete))
    attempt(name, () => {
      takeAway(lab, guest, name);
      guest.config.delete(name);
      guest.pendingDelete.delete(name);
    });
  cleanupPending(guest);
  for (const [name, value] of byName(guest.pending))
    attempt(name, () => {
      guest.config.set(name, settle(lab, guest, name, value));
      guest.pending.delete(name);
    });
  written(guest);
  return faults;
}

/** What becomes of the volume of an entry that goes: a mounted one is kept as unused, an unused one removed. */
function takeAway(lab: LabCore, guest: LabGuest, name: string): void {
  const text = guest.config.get(name) ?? "";
  if (/^unused\d+$/.test(name)) {
    if (!isInUse(guest, text)) deleteVolume(contextOf(lab, guest), text);
  } else if (/^mp\d+$/.test(name)) keepOld(guest, name);
}

function keepOld(guest: LabGuest, name: string): void {
  const text = guest.config.get(name);
  const point = text === undefined ? undefined : parseMountPoint(name, text);
  if (point !== undefined && kindOf(point) === "volume") keepUnused(guest.config, point.volume);
}

/** The value as it goes into the configuration: volumes made, MAC addresses filled in. */
function settle(lab: LabCore, guest: LabGuest, name: string, value: string): string {
  if (/^net\d+$/.test(name)) return printNet(parseNet(value, lab.random));
  return /^mp\d+$/.test(name) ? settleMount(lab, guest, name, value) : value;
}

function settleMount(lab: LabCore, guest: LabGuest, name: string, value: string): string {
  const point = parseMountPoint(name, value);
  const section = new Map<string, string>();
  if (newVolume(point.volume) !== undefined)
    createDisks(contextOf(lab, guest), new Map([[name, value]]), section);
  else {
    const volume = kindOf(point) === "volume" ? findVolume(lab.state, guest.node, point.volume) : undefined;
    if (volume !== undefined) point.size = volume.size;
    section.set(name, printMountPoint(point));
  }
  keepOld(guest, name);
  return section.get(name) ?? value;
}

/** Brings those pending changes into a running container that it can take; the rest stays pending. */
export function hotplugPending(lab: LabCore, guest: LabGuest, modified: ReadonlySet<string>): Faults {
  const faults: Faults = {};
  const attempt = (name: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      faults[name] = `unable to hotplug ${name}: ${faultText(error)}\n`;
    }
  };
  for (const [name] of byName(guest.pendingDelete))
    if (modified.has(name) && canUnplug(name))
      attempt(name, () => {
        if (/^unused\d+$/.test(name)) takeAway(lab, guest, name);
        setBoth(guest, name, undefined);
        guest.pendingDelete.delete(name);
      });
  for (const [name, value] of byName(guest.pending))
    if (modified.has(name) && canPlug(guest, name))
      attempt(name, () => {
        if (/^net\d+$/.test(name)) checkBridge(lab, guest, value);
        setBoth(guest, name, settle(lab, guest, name, value));
        guest.pending.delete(name);
      });
  written(guest);
  return faults;
}

/** A network device is plugged into a bridge that is there. */
function checkBridge(lab: LabCore, { node }: LabGuest, value: string): void {
  const bridge = parseNet(value, lab.random).get("bridge");
  if (bridge === undefined) throw die("unable to get bridge setting");
  bridgeMtu(lab, node, bridge);
}

const LIMITS = new Set(["cpulimit", "cpuunits", "swap"]);

function canUnplug(name: string): boolean {
  return FAST_PLUG.has(name) || LIMITS.has(name) || /^(?:unused|net)\d+$/.test(name);
}

function canPlug(guest: LabGuest, name: string): boolean {
  if (FAST_PLUG.has(name) || LIMITS.has(name) || name === "memory" || /^net\d+$/.test(name)) return true;
  return /^(?:mp|dev)\d+$/.test(name) && !guest.config.has(name);
}
