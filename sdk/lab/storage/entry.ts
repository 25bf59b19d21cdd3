import { isFileBased } from "../qemu/storage/lookup.ts";
import type { LabState, LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";

/** What a volume counts as: a disk is a container's where its owner is one. */
export function contentType(state: LabState, { content, vmid }: LabVolume): LabVolume["content"] {
  if (content !== "images" && content !== "rootdir") return content;
  const owner = vmid === undefined ? undefined : state.guests.get(vmid);
  if (owner === undefined) return "images";
  return owner.kind === "lxc" ? "rootdir" : "images";
}

/** A volume as lists show it; what is told of a disk depends on the storage's plugin. */
export function entryOf(state: LabState, storage: LabStorage, volume: LabVolume): Record<string, unknown> {
  const { volid, format, size, ctime, vmid } = volume;
  const content = contentType(state, volume);
  const common = { volid, content, format, size, ...(vmid === undefined ? {} : { vmid }) };
  if (content === "backup") return { ...common, ctime, ...backupParts(volume) };
  if (content !== "images" && content !== "rootdir") return { ...common, ctime };
  if (isFileBased(storage))
    return { ...common, ctime, used: volume.used, parent: relativeParent(volume.parent) };
  if (storage.type === "zfspool" || storage.type === "rbd") {
    const base = volume.parent?.split(":")[1];
    const parent = base === undefined ? null : `${base.replace(/^.*\//, "")}@__base__`;
    return { ...common, name: volid.replace(/^.*[:/]/, ""), parent };
  }
  return { ...common, ctime };
}

/** Where the base image of a linked clone lies, seen from the clone. */
function relativeParent(parent: string | undefined): string | null {
  if (parent === undefined) return null;
  return `../${(parent.split(":")[1] ?? "").replace(/^.*\/(?=\d+\/)/, "")}`;
}

function backupParts({ volid, notes, protected: kept }: LabVolume): Record<string, unknown> {
  return {
    subtype: guestTypeOf(volid) ?? "unknown",
    ...(notes === undefined || notes === "" ? {} : { notes: notes.split("\n", 1)[0] }),
    ...(kept === true ? { protected: 1 } : {}),
  };
}

/** Kind of guest in a backup, as its name tells. */
export function guestTypeOf(volid: string): "qemu" | "lxc" | undefined {
  const kind = /backup\/(?:vzdump-(qemu|lxc)-|(vm|ct)\/)/.exec(volid);
  if (kind?.[1] === "qemu" || kind?.[2] === "vm") return "qemu";
  return kind?.[1] === "lxc" || kind?.[2] === "ct" ? "lxc" : undefined;
}
