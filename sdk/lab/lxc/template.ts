import { die } from "../errors.ts";
import { isTemplate } from "../qemu/guest.ts";
import { makeBase } from "../qemu/storage/allocate.ts";
import { hasFeature } from "../qemu/storage/features.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { checkLock, containerOf, lockFile, vmidOf, written } from "./container.ts";
import { printMountPoint, volumesOf } from "./mount-point.ts";

/** POST template: answers nothing, though a task does the work. */
export async function convertToTemplate(request: LabRequest): Promise<unknown> {
  const { lab } = request;
  const vmid = vmidOf(request);
  await lab.locks.with(lockFile(vmid), () => {
    const guest = containerOf(request);
    checkLock(guest);
    if (guest.snapshots.size > 0) throw die("unable to create template, because CT contains snapshots");
    if (isTemplate(guest.config)) throw die("you can't convert a template to a template");
    if (guest.runtime !== undefined) throw die("you can't convert a CT to template if the CT is running");
    request.task("vztemplate", vmid, async (task) => {
      await task.takes(500);
      makeTemplate(lab, guest);
    });
  });
  return null;
}

function makeTemplate(lab: LabCore, guest: LabGuest): void {
  const volumes = volumesOf(guest.config);
  for (const [, { volume }] of volumes)
    if (!hasFeature(lab.state, "template", volume))
      throw die(`Template feature is not available for '${volume}'`);
  for (const [name, point] of volumes) {
    point.volume = makeBase(lab.state, guest.node, point.volume);
    guest.config.set(name, printMountPoint(point));
  }
  guest.config.set("template", "1");
  written(guest);
}
