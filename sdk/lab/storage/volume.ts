import { die, paramError } from "../errors.ts";
import { splitVolid } from "../qemu/drive.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import { isFileBased, storageOf, virtualSize } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { LabRequest, LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import { guestTypeOf } from "./entry.ts";
import { volumePath } from "./paths.ts";

/** A volume that a request names, with or without its storage. */
export interface NamedVolume {
  readonly volid: string;
  readonly storage: LabStorage;
  /** Undefined where there is none of that name. */
  readonly volume: LabVolume | undefined;
}

/** The volume in the path of a request; fails where its storage is another than the path's. */
export function namedVolume({ params, lab, node }: LabRequest): NamedVolume {
  const named = params.need("volume");
  const id = params.need("storage");
  const parts = splitVolid(named);
  if (named.includes(":")) {
    if (parts === undefined) throw paramError({ volume: `unable to parse volume ID '${named}'\n` });
    if (parts.storage !== id)
      throw paramError({ volume: `storage ID mismatch (${parts.storage} != ${id})\n` });
  }
  const volid = parts === undefined ? `${id}:${named}` : named;
  const storage = storageOf(lab.state, id);
  return { volid, storage, volume: lab.state.volumes.get(storage, node.name, volid) };
}

const BLOCK = 4096;

/** GET a volume. */
export function readVolume(request: LabRequest): unknown {
  const { lab } = request;
  const { volid, storage, volume } = namedVolume(request);
  checkVolumeAccess(request, undefined, volid);
  const path = volumePath(storage, volid);
  if (volume === undefined) throw die(`volume_size_info on '${volid}' failed - no format`);
  const { content, format } = volumeName(lab.state, volid);
  const size = content === "images" || content === "rootdir" ? volume.size : virtualSize(volume);
  if (size === 0 && format !== "subvol") throw die(`volume '${volid}' has size zero`);
  const isDisk = content === "images" || content === "rootdir";
  const stored = Math.ceil(volume.size / BLOCK) * BLOCK;
  return {
    path,
    size,
    used: isDisk ? (isFileBased(storage) ? volume.used : 0) : stored,
    format,
    ...(content === "backup"
      ? { notes: volume.notes ?? "", protected: volume.protected === true ? 1 : 0 }
      : {}),
  };
}

/** Plugins that keep no notes, as their own fault names them. */
const CLASSES: Readonly<Record<string, string>> = {
  lvm: "PVE::Storage::LVMPlugin",
  lvmthin: "PVE::Storage::LvmThinPlugin",
  zfspool: "PVE::Storage::ZFSPoolPlugin",
  zfs: "PVE::Storage::ZFSPlugin",
  rbd: "PVE::Storage::RBDPlugin",
  iscsi: "PVE::Storage::ISCSIPlugin",
  iscsidirect: "PVE::Storage::ISCSIDirectPlugin",
  esxi: "PVE::Storage::ESXiPlugin",
};

/** PUT notes and protection. */
export function updateVolume(request: LabRequest): null {
  const { params, lab } = request;
  const { volid, storage, volume } = namedVolume(request);
  checkVolumeAccess(request, undefined, volid);
  const isBackup = volumeName(lab.state, volid).content === "backup";
  const supports = isFileBased(storage) || storage.type === "pbs";
  if (params.has("notes")) {
    if (!supports)
      throw die(
        `volume notes are not supported for ${CLASSES[storage.type] ?? ""} at /usr/share/perl5/PVE/Storage/Plugin.pm line 1203.`,
      );
    if (!isBackup) throw die("only backups can have notes");
    if (volume !== undefined) volume.notes = params.need("notes");
  }
  if (params.has("protected")) {
    const wanted = params.flag("protected");
    if (isBackup && wanted && volume?.protected !== true && volume !== undefined)
      checkProtectedCount(request, storage, volume);
    if (!supports) throw die(`attribute 'protected' is not supported for storage type '${storage.type}'`);
    if (!isBackup) throw die("only backups support attribute 'protected'");
    if (volume !== undefined) volume.protected = wanted;
  }
  return null;
}

/** How many backups of a guest may be protected; -1 for any number. */
export function maxProtected({ may }: Pick<LabRequest, "may">, storage: LabStorage): number {
  const limit = storage.config.get("max-protected-backups");
  if (limit !== undefined) return Number(limit);
  return may(`/storage/${storage.id}`, ["Datastore.Allocate"]) ? -1 : 5;
}

/** Fails where one more protected backup of the guest is too many. */
function checkProtectedCount(request: LabRequest, storage: LabStorage, { volid, vmid }: LabVolume): void {
  const limit = maxProtected(request, storage);
  if (limit < 0 || vmid === undefined) return;
  const { lab, node } = request;
  const type = guestTypeOf(volid);
  const kept = lab.state.volumes
    .list(storage, node.name)
    .filter((other) => other.vmid === vmid && other.protected === true && guestTypeOf(other.volid) === type);
  if (kept.length >= limit)
    throw die(`The number of protected backups per guest is limited to ${limit} on storage '${storage.id}'`);
}
