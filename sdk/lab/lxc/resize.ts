import { die } from "../errors.ts";
import { parseSize } from "../qemu/size.ts";
import { isFileBased, needVolume, storageOf } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import { checkDigest, checkLock, containerOf, lockFile, setBoth, vmidOf, written } from "./container.ts";
import { pathOf } from "./disks.ts";
import { type MountPoint, parseMountPoint, printMountPoint, storageIdOf } from "./mount-point.ts";

const BLOCK = 4096;

/** PUT resize: unlike a VM's, what is wrong with the container or the size is told at once. */
export function resize(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  plan(request);
  return request.task("resize", vmid, (task) =>
    request.lab.locks.with(lockFile(vmid), () => run(request, plan(request), task)),
  );
}

interface Resize {
  readonly guest: LabGuest;
  readonly point: MountPoint;
  readonly volume: LabVolume;
  readonly size: number;
}

function plan(request: LabRequest): Resize {
  const { lab, node, params } = request;
  const name = params.need("disk");
  const guest = containerOf(request);
  checkLock(guest);
  // Asked for because of how its own check reads the name of the parameter.
  request.checkVm(guest.vmid, undefined, ["VM.Config.Options"]);
  checkDigest(guest, params.text("digest"));
  const point = parseMountPoint(name, guest.config.get(name));
  const owner = volumeName(lab.state, point.volume).vmid;
  if (owner !== guest.vmid) throw die(`can't resize mount point owned by another container (${owner})`);
  request.check(`/storage/${storageIdOf(point.volume)}`, ["Datastore.AllocateSpace"]);
  const volume = needVolume(lab.state, node.name, point.volume);
  const wanted = params.need("size");
  const given = parseSize(wanted.replace(/^\+/, "")) ?? 0;
  const size = wanted.startsWith("+") ? volume.size + given : given;
  if (size < volume.size) throw die("unable to shrink disk size");
  if (size === volume.size) throw die("disk is already at specified size");
  return { guest, point, volume, size };
}

async function run(
  request: LabRequest,
  { guest, point, volume, size }: Resize,
  task: TaskHandle,
): Promise<void> {
  const { lab, params } = request;
  if (isFileBased(storageOf(lab.state, storageIdOf(point.volume)))) task.log("Image resized.");
  else task.log("  Logical volume successfully resized.");
  await task.takes(500);
  const path = pathOf(lab, point.volume);
  const blocks = Math.floor(size / BLOCK);
  task.log(`Resizing the filesystem on ${path} to ${blocks} (4k) blocks.`);
  task.log(`The filesystem on ${path} is now ${blocks} (4k) blocks long.`);
  volume.size = size;
  point.size = size;
  setBoth(guest, params.need("disk"), printMountPoint(point));
  written(guest);
}
