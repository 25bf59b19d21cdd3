import { die } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { GuestConfig, LabCore, LabGuest } from "../types.ts";
import { type Drive, parseDrive } from "./drive.ts";
import { answeredValue, DRIVE_NAMES, isDriveName, MAX_UNUSED, storedValue } from "./options.ts";

/** A VM on this node; fails as reading its missing configuration file does. */
export function loadVm(lab: LabCore, node: string, vmid: number): LabGuest {
  const guest = lab.state.guests.get(vmid);
  if (guest?.kind !== "qemu" || guest.node !== node)
    throw die(`Configuration file 'nodes/${node}/qemu-server/${vmid}.conf' does not exist`);
  return guest;
}

/** Whether a VM runs; fails in other words than {@link loadVm} where it is not on this node. */
export function isRunning(lab: LabCore, node: string, vmid: number): boolean {
  const guest = lab.state.guests.get(vmid);
  if (guest?.kind !== "qemu" || guest.node !== node)
    throw die(`unable to find configuration file for VM ${vmid} on node '${node}'`);
  return guest.runtime !== undefined;
}

/** Name of the file whose lock serialises changes of a VM. */
export function lockFile(vmid: number): string {
  return `/var/lock/qemu-server/lock-${vmid}.conf`;
}

export function checkLock(guest: LabGuest): void {
  const lock = guest.config.get("lock");
  if (lock !== undefined) throw die(`VM is locked (${lock})`);
}

export function hasLock(guest: LabGuest, lock: string): boolean {
  return guest.config.get("lock") === lock;
}

export function checkProtection(guest: LabGuest, message: string): void {
  if (guest.config.get("protection") === "1") throw die(`${message} - protection mode enabled`);
}

export function isTemplate(config: GuestConfig): boolean {
  return config.get("template") === "1";
}

export function checkDigest(guest: LabGuest, digest: string | undefined): void {
  if (digest !== undefined && digest !== "" && digest !== configDigest(guest))
    throw die("checksum mismatch (file change by other user?)");
}

/** Drives of a configuration in the order in which Proxmox VE walks them. */
export function drivesOf(config: GuestConfig): readonly (readonly [string, Drive])[] {
  const found: (readonly [string, Drive])[] = [];
  for (const name of DRIVE_NAMES) {
    const text = config.get(name);
    const drive = text === undefined ? undefined : parseDrive(name, text);
    if (drive !== undefined) found.push([name, drive]);
  }
  return found;
}

/** Volumes that are kept without being attached: `unusedN` with its volume id. */
export function unusedOf(config: GuestConfig): readonly (readonly [string, string])[] {
  return [...config].filter(([key]) => /^unused\d+$/.test(key));
}

/** Keeps a volume as `unusedN`; answers the key, undefined where it is kept already. */
export function keepUnused(config: GuestConfig, volid: string): string | undefined {
  let free: string | undefined;
  for (let index = MAX_UNUSED - 1; index >= 0; index -= 1) {
    const held = config.get(`unused${index}`);
    if (held === volid) return undefined;
    if (held === undefined) free = `unused${index}`;
  }
  if (free === undefined) throw die("Too many unused volumes - please delete them first.");
  config.set(free, volid);
  return free;
}

/**
 * Brings the configuration into the form it has after being written and read again.
 * An empty value comes back as a blank one, an empty description not at all.
 */
export function written(guest: LabGuest): void {
  const used = new Set<string>();
  for (const section of [guest.config, guest.pending]) {
    tidy(section);
    for (const [key, value] of section)
      if (isDriveName(key)) {
        const file = parseDrive(key, value)?.file;
        if (file !== undefined) used.add(file);
      }
  }
  for (const snapshot of guest.snapshots.values()) tidy(snapshot.config);
  for (const [key, volid] of unusedOf(guest.config)) if (used.has(volid)) guest.config.delete(key);
}

/** Brings a section into the form of the file; a line of that cannot hold two. */
function tidy(section: GuestConfig): void {
  for (const [key, value] of [...section]) {
    if (key === "description") {
      const text = value.replace(/\s+$/, "");
      if (text === "") section.delete(key);
      else section.set(key, text);
      continue;
    }
    if (/[\r\n]/.test(value)) throw die(`unable to parse value of '${key}' - property contains a line feed`);
    section.set(key, storedValue(key, value) || " ");
  }
}

/** A section as the API answers it. */
export function answered(section: GuestConfig): Record<string, string | number> {
  return Object.fromEntries([...section].map(([key, value]) => [key, answeredValue(key, value)]));
}
