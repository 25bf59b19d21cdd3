import { die } from "../../errors.ts";
import type { LabCore, LabState, LabStorage } from "../../types.ts";
import type { LabVolume } from "../../volumes.ts";
import { splitVolid } from "../drive.ts";
import { basePath, isFileBased, needVolume, storageOf } from "./lookup.ts";
import { volumeName } from "./names.ts";

/** The largest file of the simulated file systems (ext4). */
export const MAX_FILE = 16 * 2 ** 40;

/** What a volume is to be. */
export interface NewVolume {
  readonly storage: LabStorage;
  readonly node: string;
  readonly vmid: number;
  readonly format: string;
  /** `images` where left out. */
  readonly content?: "images" | "rootdir";
  /** Bytes. */
  readonly size: number;
  /** Name without storage; the next free `vm-ID-disk-N` where left out. */
  readonly name?: string;
  /** False where it gets the content of an installed system. */
  readonly blank?: boolean;
}

/** Makes a volume; `log` gets what the tool behind it prints. */
export function allocate(lab: LabCore, wanted: NewVolume, log: (line: string) => void): LabVolume {
  const { storage, node, vmid, format, size } = wanted;
  const files = isFileBased(storage);
  if (!files && format !== "raw") throw die(`unsupported format '${format}'`);
  const name = wanted.name ?? freeName(lab.state, storage, node, vmid, format);
  const volid = `${storage.id}:${files ? `${vmid}/` : ""}${name}`;
  if (lab.state.volumes.get(storage, node, volid) !== undefined) {
    if (files) throw die(`disk image '${imagePath(storage, vmid, name)}' already exists`);
    throw die(`volume '${name}' already exists`);
  }
  if (files) {
    const path = imagePath(storage, vmid, name);
    if (format === "raw" && size > MAX_FILE)
      throw die(
        `unable to create image: qemu-img: ${path}: The image size is too large for file format 'raw'`,
      );
    // A directory for a container is just made.
    if (format !== "subvol") log(`Formatting '${path}', ${formatLine(format, size)}`);
  } else if (storage.type.startsWith("lvm")) log(`  Logical volume "${name}" created.`);
  return lab.state.volumes.put(storage, node, {
    volid,
    content: wanted.content ?? "images",
    format,
    vmid,
    size,
    used: format === "qcow2" ? 200_704 : 0,
    ctime: lab.clock.seconds(),
    blank: wanted.blank ?? true,
  });
}

/** Where an image lies. */
export function imagePath(storage: LabStorage, vmid: number, name: string): string {
  return `${basePath(storage)}/images/${vmid}/${name}`;
}

function formatLine(format: string, size: number): string {
  if (format === "raw") return `fmt=raw size=${size} preallocation=off`;
  if (format === "vmdk") return `fmt=vmdk size=${size} compat6=off hwversion=undefined`;
  return `fmt=qcow2 cluster_size=65536 extended_l2=off preallocation=metadata compression_type=zlib size=${size} lazy_refcounts=off refcount_bits=16`;
}

/** The first free `vm-ID-disk-N`, counting all formats. */
function freeName(
  state: LabState,
  storage: LabStorage,
  node: string,
  vmid: number,
  format: string,
  kind: "vm" | "base" | "subvol" = format === "subvol" ? "subvol" : "vm",
): string {
  const taken = new Set<number>();
  for (const volume of state.volumes.list(storage, node)) {
    const match = /(?:^|[:/])(?:vm|base|subvol|basevol)-(\d+)-disk-(\d+)(?:\.\w+)?$/.exec(volume.volid);
    if (match !== null && Number(match[1]) === vmid) taken.add(Number(match[2]));
  }
  let number = 0;
  while (taken.has(number)) number += 1;
  return `${kind}-${vmid}-disk-${number}${isFileBased(storage) ? `.${format}` : ""}`;
}

/** Removes a volume; one that is not there is as good as removed. */
export function freeVolume(state: LabState, node: string, volid: string): void {
  const parts = splitVolid(volid);
  if (parts === undefined) return;
  const storage = storageOf(state, parts.storage);
  if (isUsedBase(state, node, volid))
    throw die(`base volume '${parts.name}' is still in use by linked clones`);
  state.volumes.delete(storage, node, volid);
}

/** Whether linked clones rest on this volume. */
export function isUsedBase(state: LabState, node: string, volid: string): boolean {
  const parts = splitVolid(volid);
  const storage = parts === undefined ? undefined : state.storages.get(parts.storage);
  if (storage === undefined || !volumeName(state, volid).isBase) return false;
  return state.volumes.list(storage, node).some((volume) => volume.parent === volid);
}

/** Turns the disk of a VM into a base image; answers its new id. */
export function makeBase(state: LabState, node: string, volid: string): string {
  const volume = needVolume(state, node, volid);
  const storage = storageOf(state, volume.storage);
  const renamed = volid.replace(
    /(^|[:/])(?:vm|(sub)vol)-(?=\d+-[^/]*$)/,
    (_, before: string, sub?: string) => (sub === undefined ? `${before}base-` : `${before}basevol-`),
  );
  replaceVolume(state, storage, node, volume, { volid: renamed });
  return renamed;
}

/** Gives a volume to another VM; answers its new id. */
export function giveTo(state: LabState, node: string, volid: string, vmid: number): string {
  const volume = needVolume(state, node, volid);
  const storage = storageOf(state, volume.storage);
  const name = freeName(state, storage, node, vmid, volume.format);
  const renamed = `${storage.id}:${isFileBased(storage) ? `${vmid}/` : ""}${name}`;
  replaceVolume(state, storage, node, volume, { volid: renamed, vmid });
  return renamed;
}

function replaceVolume(
  state: LabState,
  storage: LabStorage,
  node: string,
  volume: LabVolume,
  changes: Partial<LabVolume>,
): void {
  state.volumes.delete(storage, node, volume.volid);
  state.volumes.put(storage, node, { ...volume, ...changes });
}

/** Makes a linked clone of a base image; answers the new volume. */
export function linkClone(
  lab: LabCore,
  node: string,
  volid: string,
  vmid: number,
  log: (line: string) => void,
): LabVolume {
  const source = needVolume(lab.state, node, volid);
  const storage = storageOf(lab.state, source.storage);
  const base = volumeName(lab.state, volid);
  const files = isFileBased(storage);
  const name = freeName(lab.state, storage, node, vmid, files ? "qcow2" : "raw");
  const baseName = volid.slice(storage.id.length + 1).replace(/^.*\/(?=\d+\/)/, "");
  if (files) {
    const backing = `../${baseName}`;
    log(`clone ${baseName}: images, ${name}, ${vmid} to ${name} (base=${backing})`);
    log(
      `Formatting '${imagePath(storage, vmid, name)}', fmt=qcow2 cluster_size=131072 extended_l2=on preallocation=metadata compression_type=zlib size=${source.size} backing_file=${backing} backing_fmt=${base.format} lazy_refcounts=off refcount_bits=16`,
    );
  } else if (storage.type === "lvmthin") log(`  Logical volume "${name}" created.`);
  const volname = files
    ? `${baseName}/${vmid}/${name}`
    : storage.type === "lvmthin"
      ? name
      : `${base.name}/${name}`;
  return lab.state.volumes.put(storage, node, {
    volid: `${storage.id}:${volname}`,
    content: source.content,
    format: files ? "qcow2" : "raw",
    vmid,
    size: source.size,
    used: 200_704,
    ctime: lab.clock.seconds(),
    parent: volid,
    blank: source.blank ?? false,
  });
}
