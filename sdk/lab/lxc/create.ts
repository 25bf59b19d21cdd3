import { die, faultText, paramError, permError } from "../errors.ts";
import { checkSshKeys } from "../qemu/ssh-keys.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import { enabledStorage, holds, needVolume } from "../qemu/storage/lookup.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { emptyContainer, lockFile, vmidOf } from "./container.ts";
import { activate, createDisks, type DiskContext, freeAll } from "./disks.ts";
import { complete, extract, finish, type NewContainer } from "./finish.ts";
import { kindOf, mountPointsOf, storageIdOf } from "./mount-point.ts";
import { parseNet, printNet } from "./net.ts";
import { isMountPoint } from "./options.ts";
import { checkConfigRights } from "./permissions.ts";
import { claimForRestore, restore } from "./restore.ts";
import { prepareValue, settingsOf } from "./update.ts";

/** Parameters of the endpoint that are not options of the container. */
const OTHERS = new Set([
  ...["node", "vmid", "ostemplate", "restore", "force", "unique", "pool", "start", "ha-managed", "bwlimit"],
  ...["storage", "password", "ssh-public-keys", "ignore-unpack-errors", "unprivileged"],
]);

const DEFAULT_ROOTFS_GIB = 4;

/** POST a new container, from a template or from a backup. */
export function create(request: LabRequest): unknown {
  const { params } = request;
  const restoring = params.flag("restore");
  const wanted = check(request, restoring);
  if (restoring) return restore(request, wanted);
  const { lab, node } = request;
  const { vmid } = wanted;
  if (lab.state.guests.has(vmid)) throw die(`unable to create CT ${vmid} - CT ${vmid} already exists`);
  const guest = emptyContainer(vmid, node.name);
  lab.state.guests.set(vmid, guest);
  return request.task("vzcreate", vmid, async (task) => {
    await lab.locks.with(lockFile(vmid), () => fill(request, guest, wanted, task));
    await finish(request, guest, task);
  });
}

function check(request: LabRequest, restoring: boolean): NewContainer {
  const { params, lab } = request;
  const vmid = vmidOf(request);
  const unprivileged = params.has("unprivileged")
    ? params.flag("unprivileged")
    : restoring
      ? undefined
      : true;
  if (!restoring && unprivileged === false) request.check("/", ["Sys.Modify"]);
  if (params.flag("ha-managed")) request.check("/", ["Sys.Console"]);
  const present = claimForRestore(request, vmid, restoring && params.flag("force"));
  checkSshKeys(params.text("ssh-public-keys"));
  const pool = params.text("pool");
  if (pool !== undefined && !lab.state.pools.has(pool)) throw permError(`pool '${pool}' does not exist`);
  if (params.flag("start")) request.checkVm(vmid, pool, ["VM.PowerMgmt"]);
  checkAllocation(request, vmid, pool, present);
  const settings = settingsOf(request, OTHERS);
  for (const name of [...settings.keys()]) if (/^unused\d+$/.test(name)) settings.delete(name);
  const rights = { vmid, pool, config: undefined, unprivileged: unprivileged ?? false };
  checkConfigRights(request, rights, settings);
  const archive = params.need("ostemplate");
  if (archive === "-") throw die("pipe requires cli environment");
  checkVolumeAccess(request, vmid, archive, restoring ? "backup" : "vztmpl");
  const storage = params.text("storage") ?? "local";
  const points = mountPoints(request, settings, storage);
  const config: GuestConfig = new Map();
  for (const [name, value] of settings)
    if (!isMountPoint(name)) config.set(name, optionValue(request, vmid, name, value));
  return { vmid, archive, config, points, storage, unprivileged };
}

function optionValue(request: LabRequest, vmid: number, name: string, value: string): string {
  const prepared = prepareValue(request, { vmid, config: new Map() }, name, value);
  return /^net\d+$/.test(name) ? printNet(parseNet(prepared, request.lab.random)) : prepared;
}

function checkAllocation(
  request: LabRequest,
  vmid: number,
  pool: string | undefined,
  present: LabGuest | undefined,
): void {
  const { may } = request;
  if (may(`/vms/${vmid}`, ["VM.Allocate"])) return;
  if (pool !== undefined && may(`/pool/${pool}`, ["VM.Allocate"])) return;
  if (present === undefined || !may(`/vms/${vmid}`, ["VM.Backup"])) throw permError();
  const loses = present.config.get("unprivileged") === "1" && request.params.text("unprivileged") === "0";
  if (loses) request.check("/", ["Sys.Modify"]);
}

/** The mount points of a request; a bare number is a size on the storage of the request. */
function mountPoints(
  request: LabRequest,
  settings: ReadonlyMap<string, string>,
  storage: string,
): ReadonlyMap<string, string> {
  const points = new Map<string, string>();
  for (const [name, value] of settings)
    if (isMountPoint(name)) points.set(name, /^\d+(?:\.\d+)?$/.test(value) ? `${storage}:${value}` : value);
  if (points.size > 0 && !points.has("rootfs"))
    throw die("mount points configured, but 'rootfs' not set - aborting");
  for (const [, point] of mountPointsOf(points)) {
    if (kindOf(point) === "volume") checkStorage(request, storageIdOf(point.volume));
    else if (request.caller.id !== "root@pam") throw die("Only root can pass arbitrary filesystem paths.");
  }
  if (points.size === 0) checkStorage(request, storage);
  return points;
}

function checkStorage(request: LabRequest, id: string): void {
  const storage = enabledStorage(request.lab.state, id, request.node.name);
  if (!holds(storage, "rootdir"))
    throw paramError({ storage: `storage '${id}' does not support container directories` });
  request.check(`/storage/${id}`, ["Datastore.AllocateSpace"]);
}

async function fill(
  request: LabRequest,
  guest: LabGuest,
  wanted: NewContainer,
  task: TaskHandle,
): Promise<void> {
  const { lab, node } = request;
  const { vmid, archive } = wanted;
  const context: DiskContext = { lab, node: node.name, vmid, log: (line) => task.log(line) };
  const config = new Map(wanted.config);
  const rootfs = new Map([["rootfs", `${wanted.storage}:${DEFAULT_ROOTFS_GIB}`]]);
  let made: readonly string[] = [];
  try {
    made = createDisks(context, wanted.points.size === 0 ? rootfs : wanted.points, config, false);
    activate(context, config);
    needVolume(lab.state, node.name, archive);
    await extract(lab, archive, task);
  } catch (error) {
    freeAll(context, made);
    lab.state.guests.delete(vmid);
    throw die(`unable to create CT ${vmid} - ${faultText(error)}`);
  }
  config.set("arch", config.get("arch") ?? "amd64");
  task.log(`Detected container architecture: ${config.get("arch")}`);
  if (!config.has("ostype")) config.set("ostype", systemIn(archive));
  if (wanted.unprivileged === true) config.set("unprivileged", "1");
  complete(guest, config);
}

const SYSTEMS = /^(debian|devuan|ubuntu|centos|fedora|opensuse|archlinux|alpine|gentoo|nixos)/;

/** The system in a template, as its name tells. */
function systemIn(archive: string): string {
  return SYSTEMS.exec(archive.replace(/^.*\//, ""))?.[1] ?? "unmanaged";
}
