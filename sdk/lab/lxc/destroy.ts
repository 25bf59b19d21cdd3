import { die, faultText } from "../errors.ts";
import { forgetGuest } from "../guests/forget.ts";
import { refuseReplicated } from "../guests/replicated.ts";
import { checkProtection, unusedOf } from "../qemu/guest.ts";
import { freeVolume, isUsedBase } from "../qemu/storage/allocate.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { checkLock, containerOf, lockFile, vmidOf } from "./container.ts";
import { type DiskContext, deleteVolume } from "./disks.ts";
import { volumesOf } from "./mount-point.ts";
import { stopContainer } from "./run.ts";

/** DELETE a container. */
export function destroy(request: LabRequest): unknown {
  const { lab, params } = request;
  const vmid = vmidOf(request);
  refuseRunning(request, earlyChecks(request));
  return request.task("vzdestroy", vmid, (task) =>
    lab.locks.with(lockFile(vmid), async () => {
      const guest = earlyChecks(request);
      refuseRunning(request, guest);
      if (guest.runtime !== undefined) {
        task.log(`forced to stop CT ${vmid} before destroying!`);
        await stopContainer(guest, task, { kill: true });
      }
      await task.takes(300);
      removeVolumes(request, guest, params.flag("destroy-unreferenced-disks"), task);
      forgetGuest(lab, guest, params.flag("purge"), task);
    }),
  );
}

function earlyChecks(request: LabRequest): LabGuest {
  const guest = containerOf(request);
  checkProtection(guest, `can't remove CT ${guest.vmid}`);
  checkLock(guest);
  if (guest.ha !== undefined && !request.params.flag("purge"))
    throw die(`unable to remove CT ${guest.vmid} - used in HA resources and purge parameter not set.`);
  if (!request.params.flag("purge")) refuseReplicated(request.lab.state, guest.vmid);
  return guest;
}

function refuseRunning({ params }: LabRequest, { vmid, runtime }: LabGuest): void {
  if (runtime !== undefined && !params.flag("force"))
    throw die(`unable to destroy CT ${vmid} - container is running`);
}

function removeVolumes({ lab }: LabRequest, guest: LabGuest, unreferenced: boolean, task: TaskHandle): void {
  const { vmid, node } = guest;
  const context: DiskContext = { lab, node, vmid, log: (line) => task.log(line) };
  const volids = new Set<string>();
  for (const section of [guest.config, guest.pending]) {
    for (const [, { volume }] of volumesOf(section)) volids.add(volume);
    for (const [, volid] of unusedOf(section)) volids.add(volid);
  }
  for (const volid of volids)
    if (isKept(lab, node, volid)) throw die(`base volume '${volid}' is still in use by linked clone`);
  for (const volid of volids) remove(context, volid, task);
  if (!unreferenced) return;
  for (const storage of lab.state.storages.values())
    for (const volume of lab.state.volumes.list(storage, node))
      if (volume.vmid === vmid && volume.content === "rootdir") freeVolume(lab.state, node, volume.volid);
}

/** Whether linked clones rest on a volume; one whose name cannot be read has none. */
function isKept(lab: LabCore, node: string, volid: string): boolean {
  try {
    return isUsedBase(lab.state, node, volid);
  } catch {
    return false;
  }
}

/** Removes a volume; that it fails does not keep the container. */
function remove(context: DiskContext, volid: string, task: TaskHandle): void {
  try {
    deleteVolume(context, volid);
  } catch (error) {
    const reason = faultText(error);
    task.warn(`failed to delete mountpoint volume ${volid}: ${reason}`);
  }
}
