import type { ParamSchema } from "../../vendor/pve-docs/types.ts";
import { isPlainObject } from "../call/json-schema.ts";
import type { Finding, Values, Want } from "./types.ts";
import { bytesOf, type Comparison, compareValues } from "./values.ts";

const DRIVE = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp|unused)\d+$|^rootfs$/;
/** A volume to be made (`local:8`, with its size in GiB), or one whose name Proxmox VE chooses. */
const TO_MAKE = /^([^:/,=]+):(?:\d+(?:\.\d+)?|cloudinit)$/;
/** Say how a volume is made, and are not kept. */
const MAKING = new Set(["file", "volume", "format", "import-from", "size"]);

/** True for an option that names a volume of a guest. */
export function isDriveName(name: string): boolean {
  return DRIVE.test(name);
}

/** Compares a drive: a new volume gets its name from Proxmox VE, so only its storage is known before. */
export function compareDrives(schema: ParamSchema | undefined, wanted: unknown, seen: unknown): Comparison {
  if (seen === undefined || seen === null) return "differs";
  const [file, ...options] = String(wanted)
    .split(",")
    .map((part) => part.trim());
  const volume = withoutName(file ?? "");
  const [is] = String(seen).split(",");
  if (is === undefined) return "unreadable";
  const made =
    TO_MAKE.exec(volume)?.[1] ??
    (options.some((part) => part.startsWith("import-from=")) ? volume.split(":")[0] : undefined);
  const sameVolume =
    made === undefined ? sameText(volume, withoutName(is)) : withoutName(is).startsWith(`${made}:`);
  if (!sameVolume) return "form";
  const rest = options.filter((part) => !MAKING.has(part.split("=")[0] ?? ""));
  return rest.length === 0 ? "same" : compareValues(schema, [is, ...rest].join(","), seen);
}

/** `none` and `cdrom` are kept; a path may come back as the volume that it is. */
function sameText(wanted: string, seen: string): boolean {
  return wanted === seen || (wanted.startsWith("/") && seen.includes(":"));
}

function withoutName(file: string): string {
  return file.replace(/^(?:file|volume)=/, "");
}

/** A disk's size and storage after it was resized or moved. */
export function judgeDisk(want: Extract<Want, { is: "disk" }>, answer: unknown): readonly Finding[] {
  const text = driveOf(want.disk, answer);
  if (text === undefined) return [{ state: "not_applied", detail: `${want.disk} is not there` }];
  if (want.storage !== undefined && storageOf(text) !== want.storage) {
    return [
      { state: "not_applied", detail: `${want.disk} is on ${storageOf(text)}, planned ${want.storage}` },
    ];
  }
  if (want.atLeast === undefined) return [];
  const size = /(?:^|,)size=([^,]+)/.exec(text)?.[1];
  const [is, planned] = [size && bytesOf(size), bytesOf(want.atLeast)];
  if (!is || planned === undefined) return [{ state: "not_checked", detail: `${want.disk} tells no size` }];
  // A storage rounds up to its own units.
  if (is >= planned) return [];
  return [{ state: "not_applied", detail: `${want.disk} has ${size}, planned ${want.atLeast}` }];
}

function driveOf(disk: string, answer: unknown): string | undefined {
  const rows = Array.isArray(answer) ? answer.filter(isPlainObject) : [];
  const row = rows.find(({ key }) => key === disk);
  const text = row?.pending ?? row?.value;
  return text === undefined ? undefined : String(text);
}

function storageOf(drive: string): string {
  return withoutName(drive).split(":")[0] ?? "";
}

/** Disks that are not on the storage that they were to be copied to. */
export function judgeStorage(storage: string, fields: Values): readonly Finding[] {
  const stray = Object.entries(fields).filter(([name, value]) => isCopied(name, String(value), storage));
  return stray.map(([name, value]) => ({
    state: "not_applied",
    detail: `${name} is on ${storageOf(String(value))}, planned ${storage}`,
  }));
}

/** Media and bind mounts are shared with the original, not copied. */
function isCopied(name: string, drive: string, storage: string): boolean {
  if (!isDriveName(name) || name.startsWith("unused")) return false;
  const volume = withoutName(drive.split(",")[0] ?? "");
  return (
    volume.includes(":") &&
    !volume.startsWith("/") &&
    !/,media=cdrom/.test(drive) &&
    storageOf(drive) !== storage
  );
}
