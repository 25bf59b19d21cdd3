import { die, faultText } from "../errors.ts";
import { archiveOf } from "../qemu/archive.ts";
import { checkProtection, unusedOf } from "../qemu/guest.ts";
import { checkBridges } from "../qemu/permissions.ts";
import { needVolume } from "../qemu/storage/lookup.ts";
import { guestTypeOf } from "../storage/entry.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { emptyContainer, lockFile } from "./container.ts";
import { activate, createDisks, type DiskContext, deleteVolume, freeAll } from "./disks.ts";
import { complete, extract, finish, type NewContainer } from "./finish.ts";
import { kindOf, mountPointsOf, printMountPoint, volumesOf } from "./mount-point.ts";
import { parseNet, printNet } from "./net.ts";
import { isMountPoint } from "./options.ts";

/** Fails where the VMID is taken, unless a restore is to overwrite the container that has it: answers that one. */
export function claimForRestore(request: LabRequest, vmid: number, overwrite: boolean): LabGuest | undefined {
  const taken = request.lab.state.guests.get(vmid);
  if (taken === undefined) return undefined;
  const here = taken.kind === "lxc" && taken.node === request.node.name;
  if (!here || !overwrite)
    throw die(`${taken.kind === "lxc" ? "CT" : "VM"} ${vmid} already exists on node '${taken.node}'`);
  if (taken.runtime !== undefined) throw die("can't overwrite running container");
  checkProtection(taken, `unable to restore CT ${vmid}`);
  return taken;
}

/** Restores a backup, over the container that has the VMID where there is one. */
export function restore(request: LabRequest, wanted: NewContainer): unknown {
  const { lab, node } = request;
  const { vmid } = wanted;
  const present = lab.state.guests.get(vmid);
  if (present?.config.has("lock") === true)
    throw die(`unable to restore CT ${vmid} - CT is locked (${present.config.get("lock")})`);
  const guest = present ?? emptyContainer(vmid, node.name);
  const before = present === undefined ? undefined : new Map(present.config);
  guest.config.set("lock", "create");
  lab.state.guests.set(vmid, guest);
  return request.task("vzrestore", vmid, async (task) => {
    await lab.locks.with(lockFile(vmid), () => fill(request, guest, before, wanted, task));
    await finish(request, guest, task);
  });
}

async function fill(
  request: LabRequest,
  guest: LabGuest,
  before: GuestConfig | undefined,
  wanted: NewContainer,
  task: TaskHandle,
): Promise<void> {
  const { lab, node } = request;
  const context: DiskContext = { lab, node: node.name, vmid: guest.vmid, log: (line) => task.log(line) };
  const made: string[] = [];
  try {
    task.log(`recovering backed-up configuration from '${wanted.archive}'`);
    const saved = contentOf(request, wanted.archive, task);
    checkBridges(request, saved);
    const config: GuestConfig = new Map();
    const points = wanted.points.size > 0 ? wanted.points : savedPoints(request, saved, wanted.storage);
    made.push(...createDisks(context, points, config, false));
    if (before !== undefined) removeOld(context, before);
    activate(context, config);
    task.log(`restoring '${wanted.archive}' now..`);
    await extract(lab, wanted.archive, task);
    task.log("merging backed-up and given configuration..");
    merge(request, config, saved, wanted);
    guest.pending.clear();
    guest.pendingDelete.clear();
    guest.snapshots.clear();
    complete(guest, config);
  } catch (error) {
    freeAll(context, made);
    if (before === undefined) lab.state.guests.delete(guest.vmid);
    else guest.config = before;
    throw die(`unable to restore CT ${guest.vmid} - ${faultText(error)}`);
  }
}

function contentOf(request: LabRequest, archive: string, task: TaskHandle): GuestConfig {
  const content = archiveOf(needVolume(request.lab.state, request.node.name, archive));
  if (/\.vma(?:\.\w+)?$/.test(archive)) {
    task.log("tar: This does not look like a tar archive");
    task.log("tar: Skipping to next header");
    task.log("tar: Exiting with failure status due to previous errors");
  }
  if (content === undefined || guestTypeOf(archive) === "qemu")
    throw die("ERROR: archive contains no configuration file");
  if (!content.config.has("rootfs"))
    throw die("rootfs configuration could not be recovered, please check and specify manually!");
  return content.config;
}

/** The volumes of the backup as new ones on the storage of the request. */
function savedPoints(request: LabRequest, saved: GuestConfig, storage: string): ReadonlyMap<string, string> {
  const points = new Map<string, string>();
  for (const [name, point] of mountPointsOf(saved)) {
    const kind = kindOf(point);
    if (kind !== "volume" && request.caller.id !== "root@pam")
      throw die(`restoring '${name}' to ${kind} mount is only possible for root`);
    if (kind === "volume") {
      if (point.size === undefined) throw die(`unable to detect disk size - please specify ${name} (size)`);
      const { options } = point;
      points.set(name, printMountPoint({ volume: `${storage}:${point.size / 2 ** 30}`, options }));
    } else points.set(name, printMountPoint(point));
  }
  return points;
}

function removeOld(context: DiskContext, before: GuestConfig): void {
  for (const [, { volume }] of volumesOf(before)) deleteVolume(context, volume);
  for (const [, volid] of unusedOf(before)) deleteVolume(context, volid);
}

const NOT_RESTORED = new Set(["lock", "parent", "snaptime", "template", "unprivileged"]);

function merge(request: LabRequest, config: GuestConfig, saved: GuestConfig, wanted: NewContainer): void {
  const { random } = request.lab;
  for (const [name, value] of wanted.config) config.set(name, value);
  for (const [name, value] of saved) {
    if (config.has(name) || isMountPoint(name) || /^unused\d+$/.test(name) || NOT_RESTORED.has(name))
      continue;
    const fresh = /^net\d+$/.test(name) && request.params.flag("unique");
    config.set(name, fresh ? printNet(parseNet(value, random).set("hwaddr", random.mac())) : value);
  }
  const unprivileged = wanted.unprivileged ?? saved.get("unprivileged") === "1";
  if (unprivileged) config.set("unprivileged", "1");
  else request.check("/", ["Sys.Modify"]);
}
