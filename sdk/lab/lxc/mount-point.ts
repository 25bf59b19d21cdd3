import { LabError } from "../errors.ts";
import { splitVolid } from "../qemu/drive.ts";
import { type Properties, parseProperties } from "../qemu/property-string.ts";
import { formatSize, parseSize } from "../qemu/size.ts";
import type { GuestConfig } from "../types.ts";
import { isMountPoint } from "./options.ts";

/** A mount point of a container taken apart. */
export interface MountPoint {
  /** `local:200/vm-200-disk-0.raw`, `local:8`, `/dev/sda1` or a directory of the node. */
  volume: string;
  /** Bytes. */
  size?: number;
  /** All else: `mp`, `ro`, `backup`, … */
  readonly options: Properties;
}

const SHAPE = {
  defaultKey: "volume",
  booleans: new Set(["acl", "backup", "quota", "replicate", "ro", "shared"]),
} as const;

const MISSING = "property is missing and it is not optional";

/** Takes a mount point apart; single values were checked before. Fails where a required part is missing. */
export function parseMountPoint(name: string, text: string | undefined): MountPoint {
  const options = parseProperties(text ?? "", SHAPE);
  const volume = options.get("volume");
  const lacks = {
    ...(volume === undefined ? { volume: MISSING } : {}),
    ...(name === "rootfs" || options.has("mp") ? {} : { mp: MISSING }),
  };
  if (volume === undefined || Object.keys(lacks).length > 0) throw new LabError(500, "format error", lacks);
  options.delete("volume");
  const size = parseSize(options.get("size") ?? "");
  options.delete("size");
  return { volume, options, ...(size === undefined ? {} : { size }) };
}

/** The mount point as the configuration file has it: what is required first, the rest by name. */
export function printMountPoint({ volume, size, options }: MountPoint): string {
  const all = new Map(options);
  if (size !== undefined) all.set("size", formatSize(size));
  const mp = all.get("mp");
  all.delete("mp");
  const rest = [...all].sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}=${value}`);
  return [volume, ...(mp === undefined ? [] : [`mp=${mp}`]), ...rest].join(",");
}

/** What is mounted: a volume of a storage, a device or a directory of the node. */
export function kindOf({ volume }: MountPoint): "volume" | "device" | "bind" {
  if (!volume.startsWith("/")) return "volume";
  return volume.startsWith("/dev/") ? "device" : "bind";
}

/** A volume still to be made: `local:8`, in GiB. */
export function newVolume(volume: string): { storage: string; gib: number } | undefined {
  const match = /^([^:\s]+):(\d+(?:\.\d+)?)$/.exec(volume);
  return match?.[1] === undefined ? undefined : { storage: match[1], gib: Number(match[2]) };
}

/** Mount points of a configuration, `rootfs` first, in the order in which they are mounted. */
export function mountPointsOf(
  config: ReadonlyMap<string, string>,
): readonly (readonly [string, MountPoint])[] {
  const order = (name: string): number => (name === "rootfs" ? -1 : Number(name.slice(2)));
  return [...config]
    .filter(([name]) => isMountPoint(name))
    .sort(([a], [b]) => order(a) - order(b))
    .map(([name, text]) => [name, parseMountPoint(name, text)] as const);
}

/** The mount points that are volumes of storages. */
export function volumesOf(config: ReadonlyMap<string, string>): readonly (readonly [string, MountPoint])[] {
  return mountPointsOf(config).filter(([, point]) => kindOf(point) === "volume");
}

/** Whether a configuration mounts the volume. */
export function mounts(config: GuestConfig, volid: string): boolean {
  return volumesOf(config).some(([, { volume }]) => volume === volid);
}

/** The storage of a volume. */
export function storageIdOf(volid: string): string {
  return splitVolid(volid)?.storage ?? "";
}
