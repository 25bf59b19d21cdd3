import { die } from "../../errors.ts";
import type { LabState, LabStorage } from "../../types.ts";
import { isShared, type LabVolume } from "../../volumes.ts";
import { splitVolid } from "../drive.ts";

const FILE_TYPES = new Set(["dir", "nfs", "cifs", "cephfs", "btrfs"]);

/** True where volumes are files below a path. */
export function isFileBased(storage: LabStorage): boolean {
  return FILE_TYPES.has(storage.type);
}

/** A storage by name; fails the way the API does. */
export function storageOf(state: LabState, id: string): LabStorage {
  const storage = state.storages.get(id);
  if (storage === undefined) throw die(`storage '${id}' does not exist`);
  return storage;
}

/** Whether the storage can be used from this node. */
export function isOnNode(storage: LabStorage, node: string): boolean {
  const nodes = storage.config.get("nodes");
  return nodes === undefined || nodes.split(/[,;\s]+/).includes(node);
}

/** A storage by name, enabled and usable from this node. */
export function enabledStorage(state: LabState, id: string, node: string): LabStorage {
  const storage = storageOf(state, id);
  if (isDisabled(storage)) throw die(`storage '${id}' is disabled`);
  if (!isOnNode(storage, node)) throw die(`storage '${id}' is not available on node '${node}'`);
  return storage;
}

export function isDisabled(storage: LabStorage): boolean {
  return storage.config.get("disable") === "1";
}

/** Whether the storage may hold this kind of content. */
export function holds(storage: LabStorage, content: string): boolean {
  return (storage.config.get("content") ?? "").split(/[,;\s]+/).includes(content);
}

/** The format of a new volume where none is asked for. */
export function defaultFormat(storage: LabStorage): string {
  return isFileBased(storage) ? (storage.config.get("format") ?? "raw") : "raw";
}

/** The format asked for where the storage has it, else its default. */
export function usableFormat(storage: LabStorage, format: string | undefined): string {
  const known = isFileBased(storage) ? ["raw", "qcow2", "vmdk"] : ["raw"];
  return format !== undefined && known.includes(format) ? format : defaultFormat(storage);
}

/** The directory of a file-based storage. */
export function basePath(storage: LabStorage): string {
  return storage.config.get("path") ?? `/mnt/pve/${storage.id}`;
}

/** A volume by id as a node sees it, undefined where there is none. */
export function findVolume(state: LabState, node: string, volid: string): LabVolume | undefined {
  const parts = splitVolid(volid);
  const storage = parts === undefined ? undefined : state.storages.get(parts.storage);
  return storage === undefined ? undefined : state.volumes.get(storage, node, volid);
}

/** A volume that has to exist. */
export function needVolume(state: LabState, node: string, volid: string): LabVolume {
  const volume = findVolume(state, node, volid);
  if (volume === undefined) throw die(`volume '${volid}' does not exist`);
  return volume;
}

/** Bytes that a machine sees: a file is rounded up to whole sectors. */
export function virtualSize(volume: LabVolume): number {
  return volume.virtualSize ?? Math.ceil(volume.size / 512) * 512;
}

/** Whether every volume of these storages can be reached from all nodes. */
export function allShared(storages: readonly LabStorage[]): boolean {
  return storages.every(isShared);
}
