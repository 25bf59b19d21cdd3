import { type Guest, type PveReader, ToolError } from "../../sdk/index.ts";

/** Where a VM's configuration is read; for `uses`. */
export const CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";

/** A configuration as the API answers it. */
export type Config = Readonly<Record<string, unknown>>;

/** Names of attached disks. */
export const DISK =
  "^(?:(?:ide[0-3])|(?:sata[0-5])|(?:scsi(?:[0-9]|[12][0-9]|30))|(?:virtio(?:[0-9]|1[0-5]))|efidisk0|tpmstate0)$";
const ATTACHED = new RegExp(DISK);
const LAST_SCSI = 30;
const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

export function configOf({ node, vmid }: Guest, pve: PveReader): Promise<Config> {
  return pve.get<Config>("/nodes/{node}/qemu/{vmid}/config", { node, vmid });
}

/** Disks of a configuration, detached ones included, without drives for CDs. */
export function disksOf(config: Config): readonly string[] {
  return Object.keys(config).filter(
    (key) => (ATTACHED.test(key) && !/media=cdrom/.test(String(config[key]))) || /^unused\d+$/.test(key),
  );
}

/** The disk as the configuration has it; `invalid_input` with the names there are where it has none such. */
export function needDisk({ vmid, name }: Guest, config: Config, disk: string): string {
  const disks = disksOf(config);
  if (disks.includes(disk)) return String(config[disk]);
  const there = disks.join(", ");
  throw new ToolError({
    code: "invalid_input",
    message: `VM ${vmid} (${name}) has no disk ${disk}.`,
    next: there === "" ? "It has no disks." : `It has ${there}.`,
  });
}

/** Storage of a disk's volume; undefined for what is none. */
export function storageOf(value: string): string | undefined {
  return /^(?:file=|volume=)?([^:,/]+):/.exec(value)?.[1];
}

/** Bytes of a size such as `32G`; undefined for what does not look like one. */
export function bytesOf(size: string | undefined): number | undefined {
  const [, count, unit = ""] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size ?? "") ?? [];
  return count === undefined ? undefined : Number(count) * (UNITS[unit] ?? 1);
}

/** The `size` that the configuration notes of a disk. */
export function notedSize(value: string): string | undefined {
  return /(?:^|,)size=([^,]+)/.exec(value)?.[1];
}

/** The first free `scsiN`. */
export function freeScsi({ vmid, name }: Guest, config: Config): string {
  for (let index = 0; index <= LAST_SCSI; index += 1)
    if (config[`scsi${index}`] === undefined) return `scsi${index}`;
  throw new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has no free SCSI slot.`,
    next: "Name a free slot in disk, such as virtio1.",
  });
}
