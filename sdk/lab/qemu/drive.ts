import { type Properties, parseProperties, printProperties } from "./property-string.ts";
import { formatSize, parseSize } from "./size.ts";

/** A drive of a VM taken apart. */
export interface Drive {
  /** `local:100/vm-100-disk-0.raw`, `local:8`, `none`, `cdrom` or a path. */
  file: string;
  /** Bytes. */
  size?: number;
  /** All else: `format`, `media`, `cache`, … */
  readonly options: Properties;
}

const SHAPE = {
  defaultKey: "file",
  aliases: { volume: "file" },
  booleans: new Set([
    "backup",
    "detect_zeroes",
    "iothread",
    "pre-enrolled-keys",
    "replicate",
    "ro",
    "scsiblock",
    "shared",
    "snapshot",
    "ssd",
  ]),
} as const;

/** Undefined where the combination of options makes no drive; single values were checked before. */
export function parseDrive(name: string, text: string): Drive | undefined {
  const options = parseProperties(text, SHAPE);
  const file = options.get("file");
  if (file === undefined) return undefined;
  options.delete("file");
  const sizeText = options.get("size");
  options.delete("size");
  const size = sizeText === undefined ? undefined : parseSize(sizeText);
  if (sizeText !== undefined && size === undefined) return undefined;
  if (!shrinkBytes(options)) return undefined;
  const drive: Drive = { file, options, ...(size === undefined ? {} : { size }) };
  return makesSense(name, drive) ? drive : undefined;
}

/** Limits in bytes become ones in MiB, all of them 0 as Proxmox VE reckons; false where both are given. */
function shrinkBytes(options: Properties): boolean {
  for (const name of ["bps", "bps_rd", "bps_wr"]) {
    if (!options.delete(name)) continue;
    if (options.has(`m${name}`)) return false;
    options.set(`m${name}`, "0.000");
  }
  return true;
}

function makesSense(name: string, drive: Drive): boolean {
  const has = (key: string): boolean => drive.options.has(key);
  for (const kind of ["mbps", "iops"])
    if (has(kind) && (has(`${kind}_rd`) || has(`${kind}_wr`))) return false;
  for (const [limit, base] of BURSTS) if (has(limit) && !has(base)) return false;
  if (drive.options.get("media") !== "cdrom") return true;
  return !has("snapshot") && !has("format") && !name.startsWith("virtio");
}

const BURSTS = [
  ["mbps_max", "mbps"],
  ["mbps_rd_max", "mbps_rd"],
  ["mbps_wr_max", "mbps_wr"],
  ["bps_max_length", "mbps_max"],
  ["bps_rd_max_length", "mbps_rd_max"],
  ["bps_wr_max_length", "mbps_wr_max"],
  ["iops_max_length", "iops_max"],
  ["iops_rd_max_length", "iops_rd_max"],
  ["iops_wr_max_length", "iops_wr_max"],
] as const;

/** The drive as the configuration file has it. */
export function printDrive(drive: Drive): string {
  const all: Properties = new Map(drive.options);
  all.set("file", drive.file);
  if (drive.size !== undefined) all.set("size", formatSize(drive.size));
  return printProperties(all, SHAPE);
}

/** A disk still to be allocated: `local:8`, in GiB. */
export interface NewDisk {
  readonly storage: string | undefined;
  readonly gib: number;
}

/** Reads the special syntax that allocates a volume. */
export function newDisk(file: string): NewDisk | undefined {
  const match = /^(?:([^/:\s]+):)?(\d+(?:\.\d+)?)$/.exec(file);
  return match === null ? undefined : { storage: match[1], gib: Number(match[2]) };
}

/** True for a cloud-init drive, made or still to be made. */
export function isCloudInit(drive: Drive): boolean {
  return /[:/](?:vm-\d+-)?cloudinit(?:\.(?:raw|qcow2?|qed|vmdk|cloop))?$/.test(drive.file);
}

/** True for a CD-ROM drive; a cloud-init drive counts as one unless left out. */
export function isCdrom(drive: Drive, exceptCloudInit = false): boolean {
  if (exceptCloudInit && isCloudInit(drive)) return false;
  return drive.options.get("media") === "cdrom";
}

/** A volume id taken apart, undefined for `none` and paths. */
export function splitVolid(volid: string): { storage: string; name: string } | undefined {
  const match = /^([a-z][a-z0-9\-_.]*[a-z0-9]):(.+)$/i.exec(volid);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { storage: match[1], name: match[2] };
}
