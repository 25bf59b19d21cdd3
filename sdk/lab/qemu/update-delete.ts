import { die } from "../errors.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { registerUnused, tryDeallocate } from "./apply.ts";
import type { Change } from "./change.ts";
import { isCdrom, isCloudInit, parseDrive } from "./drive.ts";
import { checkProtection } from "./guest.ts";
import { isDriveName } from "./options.ts";
import { checkBridges, checkDevice, checkTags } from "./permissions.ts";
import { parseProperties } from "./property-string.ts";

/** What a drive needs to be attached, changed or taken away. */
export function checkDriveRights(request: LabRequest, vmid: number, name: string, text: string): void {
  const drive = parseDrive(name, text);
  if (drive === undefined) return;
  if (isCloudInit(drive)) request.checkVm(vmid, undefined, ["VM.Config.Cloudinit", "VM.Config.CDROM"]);
  else request.checkVm(vmid, undefined, [isCdrom(drive) ? "VM.Config.CDROM" : "VM.Config.Disk"]);
}

/** Devices of the boot order of a VM. */
export function bootOrder(guest: LabGuest): readonly string[] {
  const order = parseProperties(guest.config.get("boot") ?? "", { defaultKey: "legacy" }).get("order");
  return order === undefined ? [] : order.split(";").filter((name) => name !== "");
}

/** Puts one option on the list of those to be deleted; false where it is not set. */
export function deleteOption(
  change: Change,
  guest: LabGuest,
  name: string,
  modified: Set<string>,
  log: (line: string) => void,
): boolean {
  const present = guest.config.get(name);
  const waiting = guest.pending.get(name);
  const value = present ?? waiting;
  if (value === undefined) {
    log(`cannot delete '${name}' - not set in current configuration!`);
    return false;
  }
  modified.add(name);
  removeFromBoot(guest, name, modified);
  if (/^unused/.test(name)) deleteUnused(change, guest, name, value);
  else if (name === "vmstate") deleteState(change, guest, value);
  else if (name === "tags") {
    checkTags(change.request, change.vmid, value, "");
    guest.pending.delete(name);
    guest.config.delete(name);
  } else {
    checkDeletion(change, guest, name, value);
    guest.pending.delete(name);
    if (waiting !== undefined && isDriveName(name)) {
      const drive = parseDrive(name, waiting);
      if (drive !== undefined) registerUnused(change.request.lab, guest, drive);
    }
    guest.pendingDelete.set(name, change.force);
  }
  return true;
}

function removeFromBoot(guest: LabGuest, name: string, modified: Set<string>): void {
  const order = bootOrder(guest);
  const pending = guest.pending.get("boot");
  const present = pending === undefined ? order : (/order=([^,]*)/.exec(pending)?.[1]?.split(";") ?? []);
  if (!order.includes(name)) return;
  const left = present.filter((device) => device !== name);
  guest.pending.set("boot", left.length === 0 ? "" : `order=${left.join(";")}`);
  modified.add("boot");
}

function checkDeletion(change: Change, guest: LabGuest, name: string, value: string): void {
  const { request, vmid } = change;
  if (isDriveName(name)) {
    checkProtection(guest, `can't remove drive '${name}'`);
    checkDriveRights(request, vmid, name, value);
  } else if (/^serial\d+$/.test(name)) {
    if (value === "socket") request.checkVm(vmid, undefined, ["VM.Config.HWType"]);
    else if (request.caller.id !== "root@pam")
      throw die(`only root can delete '${name}' config for real devices`);
  } else if (/^net\d+$/.test(name)) checkBridges(request, new Map([[name, value]]));
  else checkDevice(request, { vmid }, name, value);
}

function deleteUnused(change: Change, guest: LabGuest, name: string, value: string): void {
  const file = parseProperties(value, { defaultKey: "file" }).get("file") ?? value;
  checkProtection(guest, `can't remove unused disk '${file}'`);
  change.request.checkVm(change.vmid, undefined, ["VM.Config.Disk"]);
  const drive = { file, options: new Map<string, string>() };
  if (tryDeallocate(change.request.lab, guest, name, drive, change.request, false)) guest.config.delete(name);
}

function deleteState(change: Change, guest: LabGuest, value: string): void {
  checkProtection(guest, `can't remove vmstate '${value}'`);
  const drive = { file: value, options: new Map<string, string>() };
  if (tryDeallocate(change.request.lab, guest, "vmstate", drive, change.request, true))
    guest.config.delete("vmstate");
}
