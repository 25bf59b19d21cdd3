import { createHash } from "node:crypto";
import { die, faultText } from "../errors.ts";
import type { GuestConfig, LabGuest } from "../types.ts";
import { registerUnused } from "./apply.ts";
import type { Change } from "./change.ts";
import { createDisks } from "./create-disks.ts";
import { type Drive, isCdrom, parseDrive } from "./drive.ts";
import { checkMachine, pinnedMachine, windowsVersion } from "./machine.ts";
import { isDriveName } from "./options.ts";
import { checkBridges, checkDevice, checkTags, storedTags } from "./permissions.ts";
import { parseProperties } from "./property-string.ts";
import { qemuVersion } from "./run.ts";
import { bootOrder, checkDriveRights } from "./update-delete.ts";
import { checkClipboard } from "./vga.ts";

/** Puts one value among the pending ones, making the volume of a new drive. */
export function setOption(
  change: Change,
  guest: LabGuest,
  name: string,
  value: string,
  modified: Set<string>,
  log: (line: string) => void,
): void {
  if (isDriveName(name)) setDrive(change, guest, name, value, modified, log);
  else if (name === "boot") setBoot(change, guest, value);
  else if (name === "cipassword") guest.config.set(name, hashed(value, guest.config.get("ostype")));
  else {
    checkValue(change, guest.config.get(name), name, value);
    if (name === "ostype") pinMachine(change, guest, value, modified, log);
    guest.pending.set(name, name === "tags" ? storedTags(change.request.lab.state, value) : value);
  }
}

/** Another system may need a machine whose version stays; one that the request names or removes is left alone. */
function pinMachine(
  { request, settings }: Change,
  guest: LabGuest,
  ostype: string,
  modified: ReadonlySet<string>,
  log: (line: string) => void,
): void {
  const { lab } = request;
  if (lab.release.major < 9) return;
  if (settings.has("machine") || guest.pending.has("machine") || modified.has("machine")) return;
  const system = { ostype, arch: guest.config.get("arch"), qemu: qemuVersion(lab) };
  try {
    const machine = pinnedMachine(guest.config.get("machine"), system, log);
    if (machine !== undefined) guest.pending.set("machine", machine);
  } catch (error) {
    log(`automatic pinning of machine version failed - ${faultText(error)}`);
  }
}

/** Checks what depends on the value, both of the old one and of the new one. */
function checkValue(change: Change, present: string | undefined, name: string, value: string): void {
  const { request, vmid } = change;
  if (/^serial\d+$/.test(name)) checkSerial(change, name, present, value);
  else if (name === "tags") checkTags(request, vmid, present ?? "", value);
  else if (name === "vga") checkClipboard(value);
  else if (name === "machine") checkMachine(value);
  else if (present !== undefined && /^net\d+$/.test(name)) checkBridges(request, new Map([[name, present]]));
  else {
    if (present !== undefined) checkDevice(request, { vmid }, name, present);
    checkDevice(request, { vmid }, name, value);
  }
}

function checkSerial(change: Change, name: string, present: string | undefined, value: string): void {
  const plain = (text: string | undefined): boolean => text === undefined || text === "socket";
  if (plain(present) && plain(value)) change.request.checkVm(change.vmid, undefined, ["VM.Config.HWType"]);
  else if (change.request.caller.id !== "root@pam")
    throw die(`only root can modify '${name}' config for real devices`);
}

function setDrive(
  change: Change,
  guest: LabGuest,
  name: string,
  value: string,
  modified: Set<string>,
  log: (line: string) => void,
): void {
  const { request, vmid } = change;
  const present = guest.config.get(name);
  if (present !== undefined) checkDriveRights(request, vmid, name, present);
  if (name === "tpmstate0" && present !== undefined) keepTpmVersion(present, value);
  checkDriveRights(request, vmid, name, value);
  const waiting = guest.pending.get(name);
  const replaced = waiting === undefined ? undefined : parseDrive(name, waiting);
  if (replaced !== undefined) registerUnused(request.lab, guest, replaced);
  const config: GuestConfig = new Map([...guest.config, ...guest.pending]);
  const made = createDisks({ request, vmid, config, log }, new Map([[name, value]]));
  for (const [key, text] of made.options) guest.pending.set(key, text);
  const drive = parseDrive(name, value);
  const order = orderSoFar(guest);
  if (order.length === 0 || drive === undefined || !isCdrom(drive, true) || order.includes(name)) return;
  guest.pending.set("boot", `order=${[...order, name].join(";")}`);
  modified.add("boot");
}

/** The state of a TPM is of the version that it was made for. */
function keepTpmVersion(before: string, after: string): void {
  const old = parseDrive("tpmstate0", before);
  const wanted = parseDrive("tpmstate0", after);
  if (old === undefined || wanted === undefined || old.file !== wanted.file) return;
  const version = (drive: Drive): string => drive.options.get("version") ?? "v1.2";
  if (version(old) !== version(wanted)) throw die("cannot change TPM state version after creation");
}

/** The boot order with what this change has already done to it. */
function orderSoFar(guest: LabGuest): readonly string[] {
  if (bootOrder(guest).length === 0) return [];
  const pending = guest.pending.get("boot");
  if (pending === undefined) return bootOrder(guest);
  return /order=([^,]*)/.exec(pending)?.[1]?.split(";") ?? [];
}

function setBoot(change: Change, guest: LabGuest, value: string): void {
  const order = parseProperties(value, { defaultKey: "legacy" }).get("order");
  guest.pending.set("boot", value);
  if (order === undefined) return;
  const devices = order.split(/[;\s]+/).filter((device) => device !== "");
  for (const device of devices) {
    const there = [guest.config, guest.pending, change.settings].some((section) => section.has(device));
    if (!there || change.deletes.includes(device))
      throw die(`invalid bootorder: device '${device}' does not exist'`);
  }
  guest.pending.set("boot", devices.length === 0 ? "" : `order=${devices.join(";")}`);
  if (guest.config.has("bootdisk")) guest.pendingDelete.set("bootdisk", false);
}

/** A password as cloud-init takes it: encrypted, but for Windows; what is encrypted stays as it is. */
function hashed(password: string, ostype: string | undefined): string {
  if (windowsVersion(ostype) > 0) return password;
  if (/^\$(?:[156]|2[ay])(?:\$.+){2}/.test(password)) return password;
  const digest = createHash("sha256").update(password).digest("base64url");
  return `$5$${digest.slice(0, 8)}$${digest.slice(0, 43)}`;
}
