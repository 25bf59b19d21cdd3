import { die } from "../errors.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { isCdrom, printDrive } from "./drive.ts";
import { checkLock, drivesOf, isTemplate, loadVm, lockFile, written } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { makeBase } from "./storage/allocate.ts";
import { hasFeature } from "./storage/features.ts";

/** POST template. */
export function convertToTemplate(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  const disk = params.text("disk");
  const checked = (): LabGuest => {
    const guest = loadVm(lab, node.name, vmid);
    checkLock(guest);
    if (guest.snapshots.size > 0) throw die("unable to create template, because VM contains snapshots");
    if (isTemplate(guest.config) && disk === undefined)
      throw die("you can't convert a template to a template");
    if (guest.runtime !== undefined) throw die("you can't convert a VM to template if VM is running");
    return guest;
  };
  checked();
  return request.task("qmtemplate", vmid, (task) =>
    lab.locks.with(lockFile(vmid), async () => {
      const guest = checked();
      guest.config.set("template", "1");
      await task.takes(500);
      makeBases(lab, guest, disk);
    }),
  );
}

/** Turns the disks of a VM, or one of them, into base images. */
export function makeBases(lab: LabCore, guest: LabGuest, only?: string): void {
  for (const [name, drive] of drivesOf(guest.config)) {
    if (isCdrom(drive) || (only !== undefined && name !== only)) continue;
    // What cannot be a base image, or is one, stays as it is.
    if (!hasFeature(lab.state, "template", drive.file)) continue;
    drive.file = makeBase(lab.state, guest.node, drive.file);
    guest.config.set(name, printDrive(drive));
  }
  written(guest);
}
