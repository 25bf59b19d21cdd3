import { die, faultText } from "../errors.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { cloudInitIsFresh } from "./cloudinit-state.ts";
import { cloudInitDrive } from "./create-disks.ts";
import { type Drive, isCdrom, isCloudInit, parseDrive, splitVolid } from "./drive.ts";
import { drivesOf, keepUnused, written } from "./guest.ts";
import { isDriveName } from "./options.ts";
import { freeVolume } from "./storage/allocate.ts";
import { findVolume } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** Whether a volume belongs to a VM. */
export function owns(lab: LabCore, vmid: number, volid: string): boolean {
  return splitVolid(volid) !== undefined && volumeName(lab.state, volid).vmid === vmid;
}

/** What becomes of the volume of a drive that is taken away: it is kept as unused. */
export function registerUnused(lab: LabCore, guest: LabGuest, drive: Drive): void {
  if (isCloudInit(drive)) {
    freeVolume(lab.state, guest.node, drive.file);
    cloudInitIsFresh(guest);
  } else if (!isCdrom(drive) && owns(lab, guest.vmid, drive.file)) keepUnused(guest.config, drive.file);
}

/** Whether another drive, or a snapshot, uses the volume. */
export function isInUse(guest: LabGuest, except: string, volid: string): boolean {
  const used = (config: LabGuest["config"], skip?: string): boolean =>
    drivesOf(config).some(([name, drive]) => name !== skip && !isCdrom(drive) && drive.file === volid);
  if (used(guest.config, except)) return true;
  return [...guest.snapshots.values()].some((snapshot) => used(snapshot.config));
}

/**
 * Removes the volume of a drive where it is unused or removal is forced. True where the
 * entry may go; fails with 403 or where a snapshot still needs the volume.
 */
export function tryDeallocate(
  lab: LabCore,
  guest: LabGuest,
  name: string,
  drive: Drive,
  who: Pick<LabRequest, "check">,
  force: boolean,
): boolean {
  if ((!force && !/^unused/.test(name)) || isCdrom(drive, true)) return false;
  const parts = splitVolid(drive.file);
  if (parts === undefined || !owns(lab, guest.vmid, drive.file)) return true;
  who.check(`/storage/${parts.storage}`, ["Datastore.AllocateSpace"]);
  if (isInUse(guest, name, drive.file))
    throw die(`unable to delete '${drive.file}' - volume is still in use (snapshot?)`);
  freeVolume(lab.state, guest.node, drive.file);
  return true;
}

/** Detaches a drive for good, removing its volume where forced. */
export function detach(
  lab: LabCore,
  guest: LabGuest,
  name: string,
  who: Pick<LabRequest, "check">,
  force: boolean,
): void {
  const drive = parseDrive(name, guest.config.get(name) ?? "");
  if (drive === undefined) return;
  if (force) tryDeallocate(lab, guest, name, drive, who, true);
  else registerUnused(lab, guest, drive);
}

/** Drops pending entries that change nothing. */
export function cleanupPending(guest: LabGuest): void {
  for (const [name, value] of [...guest.pending])
    if (guest.config.get(name) === value) guest.pending.delete(name);
  for (const name of [...guest.pendingDelete.keys()])
    if (!guest.config.has(name)) guest.pendingDelete.delete(name);
}

/** Brings all pending changes into the configuration of a stopped VM; answers faults by option. */
export function applyPending(
  lab: LabCore,
  guest: LabGuest,
  who: Pick<LabRequest, "check"> = { check: () => undefined },
  log: (line: string) => void = () => undefined,
): Record<string, string> {
  const errors: Record<string, string> = {};
  const attempt = (name: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      const reason = faultText(error);
      errors[name] = `unable to apply pending change ${name} : ${reason}\n`;
    }
  };
  for (const [name, force] of [...guest.pendingDelete].sort(([a], [b]) => (a < b ? -1 : 1)))
    attempt(name, () => {
      if (isDriveName(name)) detach(lab, guest, name, who, force);
      guest.pendingDelete.delete(name);
      guest.config.delete(name);
    });
  cleanupPending(guest);
  let images = 0;
  for (const [name, value] of [...guest.pending])
    attempt(name, () => {
      const old = isDriveName(name) ? guest.config.get(name) : undefined;
      const drive = old === undefined ? undefined : parseDrive(name, old);
      guest.pending.delete(name);
      if (drive !== undefined) registerUnused(lab, guest, drive);
      guest.config.set(name, value);
      const fresh = isDriveName(name) ? parseDrive(name, value) : undefined;
      if (fresh !== undefined && isCloudInit(fresh)) images += 1;
    });
  written(guest);
  if (images > 0) makeCloudInitImage(guest, log);
  return errors;
}

/** Makes the image on the cloud-init drive anew, where there is one. */
export function makeCloudInitImage(guest: LabGuest, log: (line: string) => void): void {
  cloudInitIsFresh(guest);
  if (cloudInitDrive(guest.config) !== undefined) log("generating cloud-init ISO");
}

/** Volumes that a VM needs when it starts; the first that is missing. */
export function missingVolume(lab: LabCore, guest: LabGuest): string | undefined {
  return drivesOf(guest.config)
    .map(([, drive]) => drive.file)
    .find((file) => splitVolid(file) !== undefined && findVolume(lab.state, guest.node, file) === undefined);
}
