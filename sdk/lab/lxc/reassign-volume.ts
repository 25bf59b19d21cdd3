import { die, faultText } from "../errors.ts";
import { isTemplate } from "../qemu/guest.ts";
import { giveTo } from "../qemu/storage/allocate.ts";
import { hasFeature } from "../qemu/storage/features.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { isInSnapshot } from "./apply.ts";
import { checkDigest, checkLock, loadContainer, lockFile, vmidOf, written } from "./container.ts";
import { kindOf, type MountPoint, parseMountPoint, printMountPoint, storageIdOf } from "./mount-point.ts";

interface Reassignment {
  readonly source: LabGuest;
  readonly target: LabGuest;
  readonly point: MountPoint;
}

/** Gives a volume to another container of the node. */
export function reassignVolume(request: LabRequest, targetId: number): unknown {
  const { lab, params } = request;
  const vmid = vmidOf(request);
  const from = params.need("volume");
  const to = params.text("target-volume") ?? from;
  request.checkVm(targetId, undefined, ["VM.Config.Disk"]);
  const { point } = plan(request, targetId, from, to);
  request.check(`/storage/${storageIdOf(point.volume)}`, ["Datastore.AllocateSpace"]);
  const work = (task: TaskHandle): void => run(request, plan(request, targetId, from, to), from, to, task);
  return request.task("move_volume", `${vmid}-${from}>${targetId}-${to}`, (task) =>
    lab.locks.with(lockFile(vmid), () =>
      vmid === targetId ? work(task) : lab.locks.with(lockFile(targetId), () => work(task)),
    ),
  );
}

function plan(request: LabRequest, targetId: number, from: string, to: string): Reassignment {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  if (from === "rootfs" || to === "rootfs") throw die("Cannot move to/from 'rootfs'");
  if (/^unused/.test(from) && !/^unused/.test(to))
    throw die("Moving an unused volume to a used one is not possible");
  const [here, there] = [vmid, targetId].map((id) => lab.state.guests.get(id)?.node);
  if (here === undefined) throw die(`could not find CT ${vmid}`);
  if (there === undefined) throw die(`could not find CT ${targetId}`);
  if (here !== there) throw die(`Both containers need to be on the same node (${here} != ${there})`);
  const source = loadContainer(lab, node.name, vmid);
  checkLock(source);
  const target = loadContainer(lab, node.name, targetId);
  checkLock(target);
  if (isTemplate(source.config) || isTemplate(target.config))
    throw die("Can't move volumes from or to template CT");
  checkNamed(source, params.text("digest"));
  checkNamed(target, params.text("target-digest"));
  const text = source.config.get(from);
  if (text === undefined) throw die(`volume '${from}' for container '${vmid}' does not exist`);
  if (target.config.has(to))
    throw die(`Target volume key '${to}' is already in use for container '${targetId}'`);
  const unused = /^unused/.test(from);
  const point = unused ? { volume: text, options: new Map<string, string>() } : parseMountPoint(from, text);
  checkMovable(request, source, point, unused);
  return { source, target, point };
}

function checkNamed(guest: LabGuest, digest: string | undefined): void {
  try {
    checkDigest(guest, digest);
  } catch (error) {
    throw die(`Container ${guest.vmid}: ${faultText(error)}`);
  }
}

function checkMovable(request: LabRequest, source: LabGuest, point: MountPoint, unused: boolean): void {
  if (isInSnapshot(source, point.volume))
    throw die("Cannot move volume used by a snapshot to another container");
  // A path has no storage whose features could be asked for.
  if (kindOf(point) !== "volume" || !hasFeature(request.lab.state, "rename", point.volume))
    throw die("Storage does not support moving of this disk to another container");
  if (source.runtime !== undefined && !unused)
    throw die("Cannot move in-use volume while the source CT is running - detach or shutdown first");
}

function run(
  request: LabRequest,
  { source, target, point }: Reassignment,
  from: string,
  to: string,
  task: TaskHandle,
): void {
  task.log(`moving volume '${from}' from container '${source.vmid}' to '${target.vmid}'`);
  point.volume = giveTo(request.lab.state, source.node, point.volume, target.vmid);
  source.config.delete(from);
  task.log(`removing volume '${from}' from container '${source.vmid}' config`);
  written(source);
  target.config.set(to, /^unused/.test(to) ? point.volume : printMountPoint(point));
  written(target);
  task.log(`target container '${target.vmid}' updated with '${to}'`);
}
