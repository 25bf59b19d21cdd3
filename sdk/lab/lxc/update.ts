import { die, paramError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { clampCpuUnits } from "../guests/cpu-units.ts";
import { checkProtection } from "../qemu/guest.ts";
import { storedTags } from "../qemu/permissions.ts";
import { findVolume, holds, storageOf } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { applyPending, cleanupPending, hotplugPending } from "./apply.ts";
import { checkDigest, checkLock, containerOf, lockFile, vmidOf, written } from "./container.ts";
import { checkLxcConfig, checkMtu } from "./lxc-config.ts";
import { kindOf, parseMountPoint, storageIdOf } from "./mount-point.ts";
import { parseNet } from "./net.ts";
import { isMountPoint, optionExists } from "./options.ts";
import { checkConfigRights } from "./permissions.ts";

const OTHERS = new Set(["node", "vmid", "digest", "delete", "revert"]);

/** PUT config. */
export async function updateConfig(request: LabRequest): Promise<unknown> {
  const { params, lab } = request;
  const settings = settingsOf(request, OTHERS);
  if (settings.size === 0 && !params.has("delete") && !params.has("revert"))
    throw die("no options specified");
  const deletes = splitList(params.text("delete") ?? "");
  const reverts = splitList(params.text("revert") ?? "");
  await lab.locks.with(lockFile(vmidOf(request)), () => {
    const guest = containerOf(request);
    checkLock(guest);
    checkDigest(guest, params.text("digest"));
    const present = {
      vmid: guest.vmid,
      config: guest.config,
      unprivileged: guest.config.get("unprivileged") === "1",
    };
    checkConfigRights(request, present, new Map(), deletes);
    checkConfigRights(request, present, new Map(), reverts);
    checkNames(settings, deletes, reverts);
    checkConfigRights(request, present, settings);
    change(request, guest, settings, deletes, reverts);
    checkLxcConfig(lab, guest);
  });
  return null;
}

/** The options among the parameters, CPU weights bounded. */
export function settingsOf(request: LabRequest, others: ReadonlySet<string>): Map<string, string> {
  const { params } = request;
  const settings = new Map<string, string>();
  for (const name of [...params.names()].sort()) if (!others.has(name)) settings.set(name, params.need(name));
  clampCpuUnits(request, settings);
  return settings;
}

function checkNames(
  settings: ReadonlyMap<string, string>,
  deletes: readonly string[],
  reverts: readonly string[],
): void {
  for (const name of reverts) {
    if (!optionExists(name)) throw paramError({ revert: `unknown option '${name}'` });
    if (settings.has(name))
      throw paramError({ revert: `you can't use '-${name}' and '-revert ${name}' at the same time` });
  }
  for (const name of deletes) {
    if (!optionExists(name)) throw paramError({ delete: `unknown option '${name}'` });
    if (settings.has(name))
      throw paramError({ delete: `you can't use '-${name}' and -delete ${name}' at the same time` });
    if (reverts.includes(name))
      throw paramError({ delete: `you can't use '-delete ${name}' and '-revert ${name}' at the same time` });
  }
}

/** Queues a change and applies what can be applied now; what fails half-way is never written. */
function change(
  request: LabRequest,
  guest: LabGuest,
  settings: ReadonlyMap<string, string>,
  deletes: readonly string[],
  reverts: readonly string[],
): void {
  const pending = new Map(guest.pending);
  const pendingDelete = new Map(guest.pendingDelete);
  const modified = new Set<string>();
  for (const name of reverts) {
    pending.delete(name);
    pendingDelete.delete(name);
  }
  for (const name of deletes) {
    if (!guest.config.has(name) && !pending.has(name)) continue;
    modified.add(name);
    checkDelete(guest, name);
    pendingDelete.set(name, false);
  }
  for (const [name, value] of settings) {
    modified.add(name);
    pending.set(name, prepareValue(request, guest, name, value));
    pendingDelete.delete(name);
  }
  const before = { config: new Map(guest.config), pending: guest.pending, deletes: guest.pendingDelete };
  guest.pending = pending;
  guest.pendingDelete = pendingDelete;
  cleanupPending(guest);
  const faults =
    guest.runtime === undefined
      ? applyPending(request.lab, guest)
      : hotplugPending(request.lab, guest, modified);
  if (Object.keys(faults).length > 0) {
    guest.config = before.config;
    guest.pending = before.pending;
    guest.pendingDelete = before.deletes;
    throw paramError(faults);
  }
  written(guest);
}

function checkDelete(guest: LabGuest, name: string): void {
  if (["memory", "rootfs", "ostype"].includes(name)) throw die(`unable to delete required option '${name}'`);
  if (/^(?:unused|mp)\d+$/.test(name))
    checkProtection(guest, `can't remove CT ${guest.vmid} drive '${name}'`);
  if (name === "unprivileged") throw die("unable to delete read-only option: 'unprivileged'");
}

/** Checks a value against the container and brings it into the form it is kept in. */
export function prepareValue(
  request: LabRequest,
  guest: Pick<LabGuest, "vmid" | "config">,
  name: string,
  value: string,
): string {
  const { state } = request.lab;
  if (isMountPoint(name)) {
    if (guest.config.get("protection") === "1")
      throw die(`can't update CT ${guest.vmid} drive '${name}' - protection mode enabled`);
    const point = parseMountPoint(name, value);
    const id = storageIdOf(point.volume);
    if (kindOf(point) === "volume" && !holds(storageOf(state, id), "rootdir"))
      throw die(`storage '${id}' does not allow content type 'rootdir' (Container)`);
  }
  const net = /^net\d+$/.test(name) ? parseNet(value, request.lab.random) : undefined;
  if (net?.has("mtu") === true) checkMtu(request.lab, request.node.name, name, net);
  if (net?.get("host-managed") === "1" && net.get("link_down") !== "1" && net.get("ip6") === "auto")
    throw die(`${name}: SLAAC is not supported for host-managed network configuration.`);
  if (name === "unprivileged") throw die("unable to modify read-only option: 'unprivileged'");
  if (name === "tags") return storedTags(state, value);
  if (name === "nameserver" || name === "searchdomain") return splitList(value).join(" ");
  if (name === "hookscript") {
    if (volumeName(state, value).content !== "snippets")
      throw die(`'${value}' is not in the snippets directory`);
    if (findVolume(state, request.node.name, value) === undefined)
      throw die(`script '${value}' does not exist`);
  }
  return value;
}
