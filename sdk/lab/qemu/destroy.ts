import { die } from "../errors.ts";
import { forgetGuest } from "../guests/forget.ts";
import { refuseReplicated } from "../guests/replicated.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { owns } from "./apply.ts";
import { isCdrom, splitVolid } from "./drive.ts";
import { checkLock, checkProtection, drivesOf, hasLock, loadVm, lockFile, unusedOf } from "./guest.ts";
import { rootOnly, vmidOf } from "./power.ts";
import { freeVolume, isUsedBase } from "./storage/allocate.ts";

/** DELETE a VM. */
export function destroy(request: LabRequest): unknown {
  const { lab, params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock");
  const purge = params.flag("purge");
  earlyChecks(request, vmid, purge);
  return request.task("qmdestroy", vmid, (task) =>
    lab.locks.with(lockFile(vmid), async () => {
      const guest = earlyChecks(request, vmid, purge);
      if (!params.flag("skiplock") && !hasLock(guest, "suspended")) checkLock(guest);
      checkBases(request, guest);
      await task.takes(300);
      removeVolumes(request, guest, params.flag("destroy-unreferenced-disks"));
      forgetGuest(lab, guest, purge, task);
    }),
  );
}

function earlyChecks(request: LabRequest, vmid: number, purge: boolean): LabGuest {
  const guest = loadVm(request.lab, request.node.name, vmid);
  checkProtection(guest, `can't remove VM ${vmid}`);
  if (guest.ha !== undefined && !purge)
    throw die(`unable to remove VM ${vmid} - used in HA resources and purge parameter not set.`);
  if (!purge) refuseReplicated(request.lab.state, vmid);
  if (guest.runtime !== undefined) throw die(`VM ${vmid} is running - destroy failed`);
  return guest;
}

/** Volumes that a VM's configuration names, pending and unused ones included. */
function volidsOf(guest: LabGuest): readonly string[] {
  const found = new Set<string>();
  for (const config of [guest.config, guest.pending]) {
    for (const [, drive] of drivesOf(config)) if (!isCdrom(drive, true)) found.add(drive.file);
    for (const [, volid] of unusedOf(config)) found.add(volid);
  }
  for (const config of [guest.config, ...[...guest.snapshots.values()].map((one) => one.config)]) {
    const state = config.get("vmstate");
    if (state !== undefined) found.add(state);
  }
  return [...found].filter((volid) => splitVolid(volid) !== undefined);
}

function checkBases(request: LabRequest, guest: LabGuest): void {
  if (guest.config.get("template") !== "1") return;
  for (const volid of volidsOf(guest))
    if (isUsedBase(request.lab.state, guest.node, volid))
      throw die(`base volume '${volid}' is still in use by linked cloned`);
}

function removeVolumes(request: LabRequest, guest: LabGuest, unreferenced: boolean): void {
  const { lab } = request;
  for (const volid of volidsOf(guest))
    if (owns(lab, guest.vmid, volid)) freeVolume(lab.state, guest.node, volid);
  if (!unreferenced) return;
  for (const storage of lab.state.storages.values())
    for (const volume of lab.state.volumes.list(storage, guest.node))
      if (volume.vmid === guest.vmid && volume.content === "images")
        freeVolume(lab.state, guest.node, volume.volid);
}
