import { die, faultText } from "../errors.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { detach, makeCloudInitImage, registerUnused } from "./apply.ts";
import { cloudInitIsFresh, noteCloudInit, staleCloudInit } from "./cloudinit-state.ts";
import { type Drive, isCdrom, isCloudInit, parseDrive } from "./drive.ts";
import { written } from "./guest.ts";
import { windowsVersion } from "./machine.ts";
import { parseNet } from "./net.ts";
import { isDriveName, isFastPlug } from "./options.ts";
import { parseProperties } from "./property-string.ts";
import { takeOut } from "./unplug.ts";

/** What a running VM takes without a restart. */
type Features = ReadonlySet<string>;

const DEFAULT_FEATURES: Features = new Set(["network", "disk", "usb"]);

function features(guest: LabGuest): Features {
  const text = guest.config.get("hotplug") ?? "1";
  if (text === "0") return new Set();
  return text === "1" ? DEFAULT_FEATURES : new Set(text.split(/[,;\s]+/));
}

/** Whether a pending entry could be brought in, or has to wait for a restart. */
type Outcome = "done" | "wait";

/**
 * Brings those pending changes of a running VM in that need no restart, of the chosen
 * options only; answers faults by option. From `vmconfig_hotplug_pending` of qemu-server.
 */
export function hotplugPending(
  lab: LabCore,
  guest: LabGuest,
  chosen: ReadonlySet<string>,
  who: Pick<LabRequest, "check">,
  log: (line: string) => void = () => undefined,
): Record<string, string> {
  const errors: Record<string, string> = {};
  const set = (name: string, value: string): void => {
    noteCloudInit(guest, name, guest.config.get(name), value);
    guest.pending.delete(name);
    guest.config.set(name, value);
    guest.runtime?.config.set(name, value);
  };
  const attempt = (name: string, work: () => Outcome): boolean => {
    try {
      return work() === "done";
    } catch (error) {
      errors[name] = `hotplug problem - ${faultText(error)}\n`;
      return false;
    }
  };
  for (const [name, value] of [...guest.pending]) if (isFastPlug(name)) set(name, value);
  const able = features(guest);
  for (const [name, force] of [...guest.pendingDelete].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!chosen.has(name) || !attempt(name, () => unplug(lab, guest, able, name, who, force))) continue;
    noteCloudInit(guest, name, guest.config.get(name), undefined);
    guest.pendingDelete.delete(name);
    guest.config.delete(name);
    guest.runtime?.config.delete(name);
  }
  const waiting = [...guest.pending].filter(([name]) => chosen.has(name));
  // The image has to hold what the other changes brought, so it comes last.
  const images = waiting.filter(([name, value]) => isImage(name, value));
  for (const [name, value] of [...waiting.filter((one) => !images.includes(one)), ...images]) {
    if (images.some(([image]) => image === name)) log("generating cloud-init ISO");
    if (attempt(name, () => plug(lab, guest, able, name, value))) set(name, value);
  }
  written(guest);
  const { old, added } = staleCloudInit(guest);
  if (able.has("cloudinit") && old.size + added.size > 0) makeCloudInitImage(guest, log);
  return errors;
}

function isImage(name: string, value: string): boolean {
  const drive = isDriveName(name) ? parseDrive(name, value) : undefined;
  return drive !== undefined && isCloudInit(drive);
}

/** The feature that an option needs to be plugged in or out; the others have rules of their own. */
function featureFor(name: string): string | undefined {
  if (name === "tablet") return "usb";
  if (name === "vcpus") return "cpu";
  return name === "memory" ? name : undefined;
}

/** USB devices come and go only in systems that are known to bear it. */
function plugsUsb({ config }: LabGuest, able: Features): boolean {
  const ostype = config.get("ostype");
  return able.has("usb") && (ostype === "l26" || windowsVersion(ostype) > 7);
}

function checkProcessors({ config }: LabGuest, wanted: number): void {
  const most = Number(config.get("sockets") ?? 1) * Number(config.get("cores") ?? 1);
  if (wanted > most) throw die("you can't add more vcpus than maxcpus");
}

function when(holds: boolean): Outcome {
  return holds ? "done" : "wait";
}

function unplug(
  lab: LabCore,
  guest: LabGuest,
  able: Features,
  name: string,
  who: Pick<LabRequest, "check">,
  force: boolean,
): Outcome {
  const present = guest.config.get(name) ?? "";
  if (/^usb\d+$/.test(name)) return when(plugsUsb(guest, able));
  const needed = featureFor(name);
  if (needed !== undefined) return when(able.has(needed));
  if (/^net\d+$/.test(name)) {
    if (!able.has("network")) return "wait";
    takeOut(guest, name);
    return "done";
  }
  if (isFastPlug(name) || name === "cpuunits" || name === "cpulimit") return "done";
  if (name === "hotplug") return when(!/cpu|memory/.test(present));
  if (name === "balloon") return when(present !== "0");
  const fixed = !isDriveName(name) || /^(?:efidisk|ide|sata|tpmstate)\d+$/.test(name);
  if (fixed || !able.has("disk")) return "wait";
  takeOut(guest, name);
  detach(lab, guest, name, who, force);
  return "done";
}

function plug(lab: LabCore, guest: LabGuest, able: Features, name: string, value: string): Outcome {
  const present = guest.config.get(name);
  const needed = featureFor(name);
  if (name === "vcpus" && able.has("cpu")) checkProcessors(guest, Number(value));
  if (needed !== undefined) return when(able.has(needed));
  if (/^usb\d+$/.test(name)) return when(plugsUsb(guest, able));
  if (/^net\d+$/.test(name)) return plugNet(lab, guest, able, name, value);
  if (isDriveName(name)) return plugDrive(lab, guest, able, name, value);
  switch (name) {
    case "cpuunits":
    case "cpulimit":
      return "done";
    case "hotplug":
      return when(!/cpu|memory/.test(`${value},${present ?? ""}`));
    case "balloon":
      return when((present === "0") === (value === "0"));
    case "agent":
      return when(agentOnly(present, value));
    default:
      return "wait";
  }
}

/** True where only what the agent does later differs, not the device. */
function agentOnly(present: string | undefined, value: string): boolean {
  if (present === undefined) return false;
  const shape = { defaultKey: "enabled", booleans: new Set(["enabled", "fstrim_cloned_disks"]) };
  const before = parseProperties(present, shape);
  const after = parseProperties(value, shape);
  return [...new Set([...before.keys(), ...after.keys()])].every(
    (key) => key === "fstrim_cloned_disks" || before.get(key) === after.get(key),
  );
}

function plugNet(lab: LabCore, guest: LabGuest, able: Features, name: string, value: string): Outcome {
  const present = guest.config.get(name);
  if (present !== undefined) {
    const before = parseNet(present, lab.random);
    const after = parseNet(value, lab.random);
    const same = (key: string): boolean => before.options.get(key) === after.options.get(key);
    const bridged = before.options.has("bridge") && after.options.has("bridge");
    if (
      before.model === after.model &&
      before.macaddr === after.macaddr &&
      same("queues") &&
      same("mtu") &&
      bridged
    )
      return "done";
  }
  if (!able.has("network")) return "wait";
  takeOut(guest, name);
  return "done";
}

/** Options of a disk that it has from the start of the machine on. */
const FIXED = ["aio", "discard", "iothread", "queues", "product", "cache", "ssd", "vendor", "ro"];

function plugDrive(lab: LabCore, guest: LabGuest, able: Features, name: string, value: string): Outcome {
  if (name === "efidisk0" || name === "tpmstate0") return "wait";
  const drive = parseDrive(name, value);
  const present = guest.config.get(name);
  const old = present === undefined ? undefined : parseDrive(name, present);
  if (drive === undefined) return "wait";
  if (old === undefined) return able.has("disk") && !/^(?:ide|sata)\d+$/.test(name) ? "done" : "wait";
  if (isCdrom(drive) !== isCdrom(old)) throw die("unable to change media type");
  return isCdrom(old) ? changeMedium(lab, guest, old, drive) : changeDisk(lab, guest, able, name, old, drive);
}

function changeMedium(lab: LabCore, guest: LabGuest, old: Drive, drive: Drive): Outcome {
  if (drive.file === "none" && isCloudInit(old)) registerUnused(lab, guest, old);
  if (isCloudInit(drive)) cloudInitIsFresh(guest);
  return "done";
}

function changeDisk(
  lab: LabCore,
  guest: LabGuest,
  able: Features,
  name: string,
  old: Drive,
  drive: Drive,
): Outcome {
  if (drive.file === old.file)
    return FIXED.every((key) => drive.options.get(key) === old.options.get(key)) ? "done" : "wait";
  if (!able.has("disk")) return "wait";
  takeOut(guest, name);
  registerUnused(lab, guest, old);
  return "done";
}
