import { die, paramError } from "../errors.ts";
import { configDigest } from "../guest-config.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { isInUse } from "./apply.ts";
import { type Drive, isCdrom, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { checkLock, isTemplate, loadVm, lockFile, written } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { giveTo } from "./storage/allocate.ts";
import { hasFeature } from "./storage/features.ts";
import { bootOrder } from "./update-delete.ts";

interface Reassignment {
  readonly source: LabGuest;
  readonly target: LabGuest;
  readonly drive: Drive;
}

/** Gives a disk to another VM of the node. */
export function reassignDisk(request: LabRequest, targetId: number): unknown {
  const { lab, params, caller } = request;
  const vmid = vmidOf(request);
  const disk = params.need("disk");
  const targetDisk = params.text("target-disk") ?? disk;
  if (caller.id !== "root@pam") request.checkVm(targetId, undefined, ["VM.Config.Disk"]);
  if (vmid === targetId)
    throw paramError({ "target-vmid": "must be different than source VMID to reassign disk" });
  const { drive } = plan(request, vmid, targetId, disk, targetDisk);
  request.check(`/storage/${splitVolid(drive.file)?.storage ?? ""}`, ["Datastore.AllocateSpace"]);
  return request.task("qmmove", `${vmid}-${disk}>${targetId}-${targetDisk}`, (task) =>
    lab.locks.with(lockFile(vmid), () =>
      lab.locks.with(lockFile(targetId), () =>
        run(request, plan(request, vmid, targetId, disk, targetDisk), disk, targetDisk, task),
      ),
    ),
  );
}

function plan(
  request: LabRequest,
  vmid: number,
  targetId: number,
  disk: string,
  targetDisk: string,
): Reassignment {
  const { lab, node, params } = request;
  const nodes = [vmid, targetId].map((id) => lab.state.guests.get(id)?.node);
  if (nodes[0] === undefined) throw die(`could not find VM ${vmid}`);
  if (nodes[1] === undefined) throw die(`could not find target VM ${targetId}`);
  if (nodes[0] !== nodes[1]) throw die(`Both VMs need to be on the same node (${nodes[0]} != ${nodes[1]})`);
  const source = loadVm(lab, node.name, vmid);
  checkLock(source);
  const target = loadVm(lab, node.name, targetId);
  checkLock(target);
  if (isTemplate(source.config) || isTemplate(target.config))
    throw die("Can't move disks from or to template VMs");
  unchanged(source, params.text("digest"));
  unchanged(target, params.text("target-digest"));
  const text = source.config.get(disk);
  if (text === undefined) throw die(`Disk '${disk}' for VM '${vmid}' does not exist`);
  if (target.config.has(targetDisk))
    throw die(`Target disk key '${targetDisk}' is already in use for VM '${targetId}'`);
  const drive = parseDrive(disk, text);
  if (drive === undefined) throw die(`disk '${disk}' has no associated volume`);
  checkDisk(request, source, disk, drive);
  return { source, target, drive };
}

function unchanged(guest: LabGuest, digest: string | undefined): void {
  if (digest !== undefined && digest !== "" && digest !== configDigest(guest))
    throw die(`VM ${guest.vmid}: detected modified configuration - file changed by other user? Try again.`);
}

function checkDisk(request: LabRequest, source: LabGuest, disk: string, drive: Drive): void {
  if (isCdrom(drive, true)) throw die("CD drive contents can't be moved to another VM");
  if (splitVolid(drive.file) === undefined) throw die(`Volume '${drive.file}' not managed by PVE`);
  if (isInUse(source, disk, drive.file)) throw die("Can't move disk used by a snapshot to another VM");
  if (!hasFeature(request.lab.state, "rename", drive.file))
    throw die("Storage does not support moving of this disk to another VM");
  if (source.runtime !== undefined && !/^unused\d+$/.test(disk))
    throw die("Cannot move disk to another VM while the source VM is running - detach first");
}

function run(
  request: LabRequest,
  { source, target, drive }: Reassignment,
  disk: string,
  targetDisk: string,
  task: TaskHandle,
): void {
  task.log(`reassign disk '${disk}' from VM '${source.vmid}' as '${targetDisk}' to VM '${target.vmid}'`);
  drive.file = giveTo(request.lab.state, request.node.name, drive.file, target.vmid);
  const order = bootOrder(source);
  if (order.includes(disk)) {
    task.log(`removing disk '${disk}' from boot order config`);
    const left = order.filter((name) => name !== disk);
    source.config.set("boot", left.length === 0 ? "" : `order=${left.join(";")}`);
  }
  source.config.delete(disk);
  task.log(`removing disk '${disk}' from VM '${source.vmid}' config`);
  written(source);
  const unused = /^unused\d+$/.test(targetDisk);
  if (!unused) task.log(`update VM ${target.vmid}: -${targetDisk} ${printDrive(drive)}`);
  target.config.set(targetDisk, unused ? drive.file : printDrive(drive));
  if (!unused) target.runtime?.config.set(targetDisk, printDrive(drive));
  written(target);
}
