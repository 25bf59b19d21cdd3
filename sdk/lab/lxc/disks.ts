import { die } from "../errors.ts";
import { allocate, freeVolume, imagePath, linkClone } from "../qemu/storage/allocate.ts";
import { enabledStorage, holds, isFileBased, needVolume, storageOf } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabCore } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import {
  type MountPoint,
  mountPointsOf,
  newVolume,
  printMountPoint,
  storageIdOf,
  volumesOf,
} from "./mount-point.ts";

const BLOCK = 4096;
const BLOCKS_PER_GROUP = 32_768;
const BYTES_PER_INODE = 16_384;

/** For which container volumes are made, and where the log goes. */
export interface DiskContext {
  readonly lab: LabCore;
  readonly node: string;
  readonly vmid: number;
  readonly log: (line: string) => void;
}

/** Makes a volume with an empty file system, or without a size a directory; size in bytes. */
export function makeVolume(context: DiskContext, storageId: string, size: number, blank: boolean): LabVolume {
  const { lab, node, vmid, log } = context;
  const storage = enabledStorage(lab.state, storageId, node);
  if (!holds(storage, "rootdir"))
    throw die(`content type 'rootdir' is not available or configured on storage '${storageId}'`);
  const format = size === 0 && isFileBased(storage) ? "subvol" : "raw";
  const volume = allocate(lab, { storage, node, vmid, format, size, blank, content: "rootdir" }, log);
  if (format === "raw") logFileSystem(context, size);
  return volume;
}

/** What is printed of making an ext4 file system. */
function logFileSystem({ lab, log }: DiskContext, size: number): void {
  const blocks = Math.floor(size / BLOCK);
  log(`Creating filesystem with ${blocks} 4k blocks and ${Math.ceil(size / BYTES_PER_INODE)} inodes`);
  log(`Filesystem UUID: ${lab.random.uuid()}`);
  const backups = superblocks(blocks);
  if (backups.length === 0) return;
  log("Superblock backups stored on blocks: ");
  log(`\t${backups.join(", ")}`);
}

/** Copies of the superblock lie in groups 1 and the powers of 3, 5 and 7. */
function superblocks(blocks: number): readonly number[] {
  const groups = new Set([1]);
  for (const base of [3, 5, 7])
    for (let group = base; group * BLOCKS_PER_GROUP < blocks; group *= base) groups.add(group);
  return [...groups]
    .map((group) => group * BLOCKS_PER_GROUP)
    .filter((block) => block < blocks)
    .sort((a, b) => a - b);
}

/** Bytes of a volume that is asked for in GiB. */
function bytesOf(gib: number): number {
  return Math.trunc(gib * 1024) * 2 ** 20;
}

/**
 * Makes the volumes that `settings` ask for and puts all mount points into `section`.
 * Answers what was made; on a fault it is removed again.
 */
export function createDisks(
  context: DiskContext,
  settings: ReadonlyMap<string, string>,
  section: GuestConfig,
  blank = true,
): readonly string[] {
  const made: string[] = [];
  try {
    for (const [name, point] of mountPointsOf(settings)) {
      const fresh = newVolume(point.volume);
      if (fresh !== undefined) {
        const volume = makeVolume(context, fresh.storage, bytesOf(fresh.gib), blank);
        made.push(volume.volid);
        point.volume = volume.volid;
        point.size = volume.size;
      }
      section.set(name, printMountPoint(point));
    }
  } catch (error) {
    freeAll(context, made);
    throw error;
  }
  return made;
}

/** Makes volumes ready to be mounted, which fails where one is missing or has no readable name. */
export function activate({ lab, node }: Pick<DiskContext, "lab" | "node">, config: GuestConfig): void {
  for (const [, { volume }] of volumesOf(config)) {
    volumeName(lab.state, volume);
    needVolume(lab.state, node, volume);
  }
}

/** Removes volumes that were made in vain. */
export function freeAll({ lab, node }: DiskContext, volids: readonly string[]): void {
  for (const volid of volids) freeVolume(lab.state, node, volid);
}

/** Copies a volume file by file, to another storage where one is given; a second for each 4 GiB. */
export async function copyVolume(
  context: DiskContext,
  point: MountPoint,
  storageId: string | undefined,
  task: TaskHandle,
): Promise<LabVolume> {
  const origin = needVolume(context.lab.state, context.node, point.volume);
  const target = storageId ?? storageIdOf(point.volume);
  const copy = makeVolume(context, target, origin.size, origin.blank === true);
  try {
    await task.takes(Math.ceil((origin.used / 2 ** 32) * 1000));
  } catch (error) {
    freeAll(context, [copy.volid]);
    throw error;
  }
  copy.used = origin.used;
  context.log(`Total file size: ${origin.used.toLocaleString("en-US")} bytes`);
  return copy;
}

/** Makes a linked clone of a template's volume. */
export function linkVolume({ lab, node, vmid, log }: DiskContext, volid: string): LabVolume {
  return linkClone(lab, node, volid, vmid, log);
}

/** Removes a volume that belongs to the container; that of another one is left alone. */
export function deleteVolume({ lab, node, vmid, log }: DiskContext, volid: string): void {
  if (volid.startsWith("/")) return;
  if (volumeName(lab.state, volid).vmid === vmid) freeVolume(lab.state, node, volid);
  else log(`ignore deletion of '${volid}', CT ${vmid} isn't the owner!`);
}

/** Where a volume shows up on the node. */
export function pathOf(lab: LabCore, volid: string): string {
  const { name, vmid } = volumeName(lab.state, volid);
  const storage = storageOf(lab.state, storageIdOf(volid));
  if (isFileBased(storage)) return imagePath(storage, vmid ?? 0, name);
  return `/dev/${storage.config.get("vgname") ?? storage.config.get("pool") ?? storage.id}/${name}`;
}
