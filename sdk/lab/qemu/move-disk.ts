import { die, faultText, paramError } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { copyDisk } from "./copy-disk.ts";
import { type Drive, isCdrom, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { checkLock, drivesOf, isTemplate, keepUnused, loadVm, lockFile, written } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { reassignDisk } from "./reassign-disk.ts";
import { freeVolume } from "./storage/allocate.ts";
import { enabledStorage, holds } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";
import { makeBases } from "./template.ts";

/** POST move_disk: to another storage, or to another VM. */
export function moveDisk(request: LabRequest): unknown {
  const { params } = request;
  const storage = params.text("storage");
  const target = params.integer("target-vmid");
  if (target !== undefined && storage !== undefined) {
    const message = "either set 'storage' or 'target-vmid', but not both";
    throw paramError({ "target-vmid": message, storage: message });
  }
  if (target !== undefined) return reassignDisk(request, target);
  if (storage === undefined) {
    const message = "both 'storage' and 'target-vmid' missing, either needs to be set";
    throw paramError({ "target-vmid": message, storage: message });
  }
  const vmid = vmidOf(request);
  request.check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
  planMove(request, vmid, storage);
  return request.task("qmmove", vmid, (task) =>
    request.lab.locks.with(lockFile(vmid), () => runMove(request, vmid, storage, task)),
  );
}

/** Fails as other writes of configurations outside of qemu-server's own code do. */
export function assertUnchanged(guest: LabGuest, digest: string | undefined): void {
  if (digest !== undefined && digest !== "" && digest !== configDigest(guest))
    throw die("detected modified configuration - file changed by other user? Try again.");
}

interface Move {
  readonly guest: LabGuest;
  readonly drive: Drive;
  readonly snapshotted: boolean;
}

function planMove(request: LabRequest, vmid: number, storageId: string): Move {
  const { lab, node, params } = request;
  const name = params.need("disk");
  const guest = loadVm(lab, node.name, vmid);
  checkLock(guest);
  assertUnchanged(guest, params.text("digest"));
  const text = guest.config.get(name);
  if (text === undefined) throw die(`disk '${name}' does not exist`);
  const drive = parseDrive(name, text);
  if (drive === undefined) throw die(`disk '${name}' has no associated volume`);
  if (isCdrom(drive, true)) throw die("you can't move a cdrom");
  const { format } = volumeName(lab.state, drive.file);
  const wanted = params.text("format");
  if (splitVolid(drive.file)?.storage === storageId && (wanted === undefined || wanted === format))
    throw die("you can't move to the same storage with same format");
  const storage = enabledStorage(lab.state, storageId, node.name);
  if (!holds(storage, "images"))
    throw paramError({ storage: `storage '${storageId}' does not support vm images` });
  const snapshotted = [...guest.snapshots.values()].some((snapshot) =>
    drivesOf(snapshot.config).some(([, one]) => one.file === drive.file),
  );
  if (snapshotted && params.flag("delete"))
    throw die("you can't move a disk with snapshots and delete the source");
  return { guest, drive, snapshotted };
}

async function runMove(request: LabRequest, vmid: number, storage: string, task: TaskHandle): Promise<void> {
  const { lab, node, params } = request;
  const { guest, drive, snapshotted } = planMove(request, vmid, storage);
  const name = params.need("disk");
  const from = splitVolid(drive.file)?.storage ?? "";
  task.log(`copying volume '${drive.file}' from current storage '${from}' to target storage '${storage}'`);
  if (snapshotted) task.log("moving disk with snapshots, snapshots will not be moved!");
  const made: string[] = [];
  try {
    const target = { vmid, storage, format: params.text("format") };
    const mirror = guest.runtime === undefined ? undefined : "changes";
    const copy = await copyDisk(lab, node.name, { name, drive, mirror }, target, true, task, (volid) =>
      made.push(volid),
    );
    guest.config.set(name, printDrive(copy));
    guest.runtime?.config.set(name, printDrive(copy));
  } catch (error) {
    for (const volid of made) freeVolume(lab.state, node.name, volid);
    throw die(`storage migration failed: ${faultText(error)}`);
  }
  if (!params.flag("delete")) {
    const key = keepUnused(guest.config, drive.file);
    if (key !== undefined) task.log(`adding source volume '${drive.file}' as '${key}' to config`);
  }
  if (isTemplate(guest.config)) makeBases(lab, guest, name);
  written(guest);
  if (!params.flag("delete")) return;
  task.log(`removing source volume '${drive.file}' after successful copy`);
  freeVolume(lab.state, node.name, drive.file);
}
