import { die, faultText, permError } from "../errors.ts";
import { cloneGuestFirewall } from "../firewall/state.ts";
import { snapshotOf } from "../guests/snapshots.ts";
import { isTemplate } from "../qemu/guest.ts";
import { checkBridges } from "../qemu/permissions.ts";
import { joinPool } from "../qemu/pool.ts";
import { hasFeature } from "../qemu/storage/features.ts";
import { enabledStorage, isFileBased, storageOf } from "../qemu/storage/lookup.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { isShared } from "../volumes.ts";
import { checkLock, containerOf, emptyContainer, vmidOf, written } from "./container.ts";
import { copyVolume, type DiskContext, freeAll, linkVolume } from "./disks.ts";
import { kindOf, type MountPoint, parseMountPoint, printMountPoint, storageIdOf } from "./mount-point.ts";
import { parseNet, printNet } from "./net.ts";
import { isMountPoint } from "./options.ts";

/** What is to be cloned, checked. */
interface ClonePlan {
  readonly source: LabGuest;
  readonly running: boolean;
  readonly full: boolean;
  /** The new configuration without its mount points. */
  readonly config: GuestConfig;
  readonly points: readonly (readonly [string, MountPoint])[];
}

/** POST clone: source and copy stay locked while the task runs. */
export function clone(request: LabRequest): unknown {
  const { lab, node, params } = request;
  checkTarget(request);
  const source = containerOf(request);
  checkLock(source);
  const newid = Number(params.need("newid"));
  const taken = lab.state.guests.get(newid);
  if (taken !== undefined)
    throw die(`${taken.kind === "lxc" ? "CT" : "VM"} ${newid} already exists on node '${taken.node}'`);
  const plan = planClone(request, source);
  source.config.set("lock", "disk");
  const guest = emptyContainer(newid, node.name);
  lab.state.guests.set(newid, guest);
  cloneGuestFirewall(lab.state.firewall, source.vmid, newid);
  return request.task("vzclone", vmidOf(request), (task) => runClone(request, plan, guest, task));
}

function targetOf({ params, node }: LabRequest): string | undefined {
  const target = params.text("target");
  return target === undefined || target === node.name || target === "localhost" ? undefined : target;
}

function checkTarget(request: LabRequest): void {
  const { lab, node, params } = request;
  const pool = params.text("pool");
  if (pool !== undefined && !lab.state.pools.has(pool)) throw permError(`pool '${pool}' does not exist`);
  const target = targetOf(request);
  if (target !== undefined && !lab.state.nodes.has(target)) throw die(`no such cluster node '${target}'`);
  const id = params.text("storage");
  if (id === undefined) return;
  const storage = enabledStorage(lab.state, id, node.name);
  if (target === undefined) return;
  enabledStorage(lab.state, id, target);
  if (!isShared(storage)) throw die(`can't clone to non-shared storage '${id}'`);
}

const NOT_COPIED = new Set(["lock", "parent", "snaptime", "snapstate", "template"]);

function planClone(request: LabRequest, source: LabGuest): ClonePlan {
  const { lab, params } = request;
  const running = source.runtime !== undefined;
  const full = params.flag("full", !isTemplate(source.config));
  if (params.has("storage") && !full) throw die("parameter 'storage' not allowed for linked clones");
  const snapname = params.text("snapname");
  const from = snapname === undefined ? source.config : snapshotOf(source, snapname);
  const config: GuestConfig = new Map();
  const points: (readonly [string, MountPoint])[] = [];
  for (const [name, value] of [...from].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (NOT_COPIED.has(name) || /^unused\d+$/.test(name)) continue;
    if (isMountPoint(name)) {
      const point = parseMountPoint(name, value);
      checkPoint(request, name, point, full, running);
      points.push([name, point]);
    } else if (/^net\d+$/.test(name)) {
      const net = printNet(parseNet(value, lab.random).set("hwaddr", lab.random.mac()));
      checkBridges(request, new Map([[name, net]]));
      config.set(name, net);
    } else config.set(name, value);
  }
  checkShared(request, points);
  for (const name of ["hostname", "description"]) {
    const value = params.text(name);
    if (value) config.set(name, value);
  }
  return { source, running, full, config, points };
}

function checkPoint(
  request: LabRequest,
  name: string,
  point: MountPoint,
  full: boolean,
  running: boolean,
): void {
  const { lab, params } = request;
  const kind = kindOf(point);
  if (kind !== "volume") throw die(`unable to clone mountpoint '${name}' (type ${kind})`);
  const own = storageIdOf(point.volume);
  request.check(`/storage/${params.text("storage") ?? own}`, ["Datastore.AllocateSpace"]);
  const snapname = params.text("snapname");
  if (full && running && snapname === undefined)
    throw die(
      lab.release.major < 9
        ? "Cannot do full clones on a running container without snapshots"
        : "Full clone of a running container is only possible from a snapshot",
    );
  // Linked clones on directories are qcow2 images, which containers cannot have.
  const linkable =
    !isFileBased(storageOf(lab.state, own)) && hasFeature(lab.state, "clone", point.volume, snapname);
  if (!full && !linkable) throw die(`Linked clone feature for '${point.volume}' is not available`);
}

function checkShared(request: LabRequest, points: ClonePlan["points"]): void {
  const { lab, params } = request;
  const target = targetOf(request);
  if (target === undefined) return;
  const ids = points.map(([, { volume }]) => params.text("storage") ?? storageIdOf(volume));
  if (!ids.every((id) => isShared(storageOf(lab.state, id))))
    throw die(`can't clone CT to node '${target}' (CT uses local storage)`);
}

async function runClone(
  request: LabRequest,
  plan: ClonePlan,
  guest: LabGuest,
  task: TaskHandle,
): Promise<void> {
  const { lab, node, params } = request;
  const context: DiskContext = { lab, node: node.name, vmid: guest.vmid, log: (line) => task.log(line) };
  const made: string[] = [];
  if (lab.release.major >= 9)
    task.log(`creating a clone of container ${plan.source.vmid} with ID ${guest.vmid}`);
  try {
    if ((plan.source.runtime !== undefined) !== plan.running) throw die("unexpected state change");
    for (const [name, point] of plan.points) {
      const volume = await copyPoint(context, plan, name, point, params.text("storage"), task);
      made.push(volume);
      plan.config.set(name, printMountPoint({ ...point, volume }));
    }
  } catch (error) {
    freeAll(context, made);
    lab.state.guests.delete(guest.vmid);
    throw die(`clone failed: ${faultText(error)}`);
  } finally {
    plan.source.config.delete("lock");
  }
  guest.config = plan.config;
  guest.node = targetOf(request) ?? node.name;
  written(guest);
  const pool = params.text("pool");
  if (pool !== undefined) joinPool(lab.state, pool, guest.vmid);
}

async function copyPoint(
  context: DiskContext,
  plan: ClonePlan,
  name: string,
  point: MountPoint,
  storage: string | undefined,
  task: TaskHandle,
): Promise<string> {
  if (plan.full) {
    task.log(`create full clone of mountpoint ${name} (${point.volume})`);
    return (await copyVolume(context, point, storage, task)).volid;
  }
  task.log(`create linked clone of mount point ${name} (${point.volume})`);
  const { volid } = linkVolume(context, point.volume);
  await task.takes(200);
  return volid;
}
