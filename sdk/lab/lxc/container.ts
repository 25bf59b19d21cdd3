import { die } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import { unusedOf } from "../qemu/guest.ts";
import { findVolume } from "../qemu/storage/lookup.ts";
import type { GuestConfig, LabCore, LabGuest, LabRequest } from "../types.ts";
import { volumesOf } from "./mount-point.ts";
import { answeredValue, storedValue } from "./options.ts";

/** The VMID in the path. */
export function vmidOf({ params }: LabRequest): number {
  return Number(params.need("vmid"));
}

/** A container on this node, undefined where there is none. */
export function findContainer(lab: LabCore, node: string, vmid: number): LabGuest | undefined {
  const guest = lab.state.guests.get(vmid);
  return guest?.kind === "lxc" && guest.node === node ? guest : undefined;
}

/** A container on this node; fails as reading its missing configuration file does. */
export function loadContainer(lab: LabCore, node: string, vmid: number): LabGuest {
  const guest = findContainer(lab, node, vmid);
  if (guest === undefined) throw die(`Configuration file 'nodes/${node}/lxc/${vmid}.conf' does not exist`);
  return guest;
}

/** The container of a request. */
export function containerOf(request: LabRequest): LabGuest {
  return loadContainer(request.lab, request.node.name, vmidOf(request));
}

/** Whether a container runs; one that does not exist does not. */
export function isRunning(lab: LabCore, node: string, vmid: number): boolean {
  return findContainer(lab, node, vmid)?.runtime !== undefined;
}

/** Whether a system is installed, one that sets up its network and heeds a shutdown. */
export function hasSystem(lab: LabCore, guest: LabGuest): boolean {
  const [root] = volumesOf(guest.config);
  return root !== undefined && findVolume(lab.state, guest.node, root[1].volume)?.blank !== true;
}

/** Name of the file whose lock serialises changes of a container. */
export function lockFile(vmid: number): string {
  return `/run/lock/lxc/pve-config-${vmid}.lock`;
}

export function checkLock(guest: LabGuest): void {
  const lock = guest.config.get("lock");
  if (lock !== undefined) throw die(`CT is locked (${lock})`);
}

/** Fails where the configuration is not the one that the caller knows. */
export function checkDigest(guest: LabGuest, digest: string | undefined): void {
  if (digest !== undefined && digest !== "" && digest !== configDigest(guest))
    throw die("detected modified configuration - file changed by other user? Try again.");
}

/** An empty container that a clone or a creation fills. */
export function emptyContainer(vmid: number, node: string): LabGuest {
  return {
    kind: "lxc",
    vmid,
    node,
    config: new Map([["lock", "create"]]),
    pending: new Map(),
    pendingDelete: new Map(),
    snapshots: new Map(),
    runtime: undefined,
  };
}

/**
 * Brings the configuration into the form it has after being written and read again.
 * The description is a comment in the file, and comes back with a final line break.
 */
export function written(guest: LabGuest): void {
  for (const section of [guest.config, guest.pending]) tidy(section);
  for (const snapshot of guest.snapshots.values()) tidy(snapshot.config);
  const used = new Set(volumesOf(guest.config).map(([, { volume }]) => volume));
  for (const [key, volid] of unusedOf(guest.config)) if (used.has(volid)) guest.config.delete(key);
}

function tidy(section: GuestConfig): void {
  for (const [key, value] of [...section]) {
    if (key === "description") {
      const text = value.replace(/\n+$/, "");
      if (text === "") section.delete(key);
      else section.set(key, `${text}\n`);
    } else section.set(key, storedValue(key, value) || " ");
  }
}

/** A section as the API answers it. */
export function answered(section: GuestConfig): Record<string, string | number> {
  return Object.fromEntries([...section].map(([key, value]) => [key, answeredValue(key, value)]));
}

/** Sets or removes an option in the configuration and, where the container runs, in what it runs with. */
export function setBoth(guest: LabGuest, name: string, value: string | undefined): void {
  for (const section of [guest.config, guest.runtime?.config]) {
    if (value === undefined) section?.delete(name);
    else section?.set(name, value);
  }
}
