import { die } from "../errors.ts";
import { parseSize } from "../qemu/size.ts";
import { MAX_FILE } from "../qemu/storage/allocate.ts";
import { isFileBased, needVolume, storageOf } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import { checkDigest, checkLock, containerOf, lockFile, setBoth, vmidOf, written } from "./container.ts";
import { pathOf } from "./disks.ts";
import { type MountPoint, parseMountPoint, printMountPoint, storageIdOf } from "./mount-point.ts";

const BLOCK = 4096;
const BYTES_PER_INODE = 16_384;
const FIRST_INODE = 11;
/** 64 descriptors of groups of 32768 blocks each. */
const BLOCKS_PER_DESCRIPTOR_BLOCK = 64 * 32_768;
/** Where a raw image shows up while its container runs. */
const LOOP = "/dev/loop0";

const PASSES = [
  "Pass 1: Checking inodes, blocks, and sizes",
  "Pass 2: Checking directory structure",
  "Pass 3: Checking directory connectivity",
  "Pass 4: Checking reference counts",
  "Pass 5: Checking group summary information",
];

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
  const path = pathOf(lab, point.volume);
  if (volume.format === "subvol") throw die("can't resize this image format");
  const isFile = isFileBased(storageOf(lab.state, storageIdOf(point.volume)));
  if (!isFile) task.log("  Logical volume successfully resized.");
  else if (size > MAX_FILE) {
    task.log("qemu-img: Could not resize file: File too large");
    const command = `/usr/bin/qemu-img resize '--preallocation=off' -f raw ${path} ${size}`;
    throw die(`command '${command}' failed: exit code 1`);
  } else task.log("Image resized.");
  await task.takes(500);
  if (guest.runtime === undefined) logCheck(lab, volume, path, task);
  const mounted = guest.runtime !== undefined;
  logGrowth(
    lab,
    { before: volume.size, after: size, mounted, device: mounted && isFile ? LOOP : path },
    task,
  );
  volume.size = size;
  point.size = size;
  setBoth(guest, params.need("disk"), printMountPoint(point));
  written(guest);
}

/** The version of the file system's tools, which comes with Debian. */
function toolVersion({ release, state }: LabCore): string {
  if (release.major === 7) return "1.46.5 (30-Dec-2021)";
  const isDebian12 = release.major === 8 || state.qemu?.startsWith("7.2.") === true;
  return isDebian12 ? "1.47.0 (5-Feb-2023)" : "1.47.2 (1-Jan-2025)";
}

/** What is printed of checking a file system that is not mounted. */
function logCheck(lab: LabCore, { size, used }: LabVolume, path: string, task: TaskHandle): void {
  task.log(`e2fsck ${toolVersion(lab)}`);
  for (const pass of PASSES) task.log(pass);
  const inodes = Math.ceil(size / BYTES_PER_INODE);
  const blocks = Math.floor(size / BLOCK);
  const [files, taken] = [FIRST_INODE + Math.ceil(used / BYTES_PER_INODE), Math.ceil(used / BLOCK)];
  task.log(`${path}: ${files}/${inodes} files (0.0% non-contiguous), ${taken}/${blocks} blocks`);
}

/** A file system that grows: bytes before and afterwards, and where it lies. */
interface Growth {
  readonly before: number;
  readonly after: number;
  readonly device: string;
  readonly mounted: boolean;
}

/** What is printed of growing a file system. */
function logGrowth(lab: LabCore, { before, after, device, mounted }: Growth, task: TaskHandle): void {
  const blocks = Math.floor(after / BLOCK);
  task.log(`resize2fs ${toolVersion(lab)}`);
  if (mounted) {
    const descriptors = (bytes: number): number => Math.ceil(bytes / BLOCK / BLOCKS_PER_DESCRIPTOR_BLOCK);
    task.log(`Filesystem at ${device} is mounted on /tmp; on-line resizing required`);
    task.log(`old_desc_blocks = ${descriptors(before)}, new_desc_blocks = ${descriptors(after)}`);
  } else task.log(`Resizing the filesystem on ${device} to ${blocks} (4k) blocks.`);
  task.log(`The filesystem on ${device} is now ${blocks} (4k) blocks long.`);
  task.log("");
}
