import { die } from "../errors.ts";
import { volumePath } from "../storage/paths.ts";
import type { GuestConfig, LabCore, LabRequest, LabState, LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import type { Settings } from "./check-drives.ts";
import { type Drive, isCloudInit, newDisk, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { drivesOf, isTemplate } from "./guest.ts";
import { isDriveName } from "./options.ts";
import { checkVolumeAccess } from "./storage/access.ts";
import { allocate, freeVolume, makeBase } from "./storage/allocate.ts";
import {
  defaultFormat,
  enabledStorage,
  findVolume,
  isFileBased,
  needVolume,
  storageOf,
  usableFormat,
  virtualSize,
} from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** Bytes of a fresh cloud-init image. */
export const CLOUDINIT_SIZE = 4 * 2 ** 20;
const TPM_SIZE = 4 * 2 ** 20;
const EFI_SIZES: Readonly<Record<string, number>> = { "2m": 131_072, "4m": 540_672 };

/** For which VM disks are made, and where its log goes. */
export interface DiskContext {
  readonly request: LabRequest;
  readonly vmid: number;
  /** The configuration so far, pending values included: there is one cloud-init drive at most. */
  readonly config: GuestConfig;
  /** The storage of disks that name none. */
  readonly storage?: string | undefined;
  readonly log: (line: string) => void;
}

/** Drives as they go into the configuration, and the volumes that were made for them. */
export interface MadeDisks {
  readonly options: Map<string, string>;
  readonly volids: readonly string[];
}

/** Makes what the drives of a request ask for; on a fault everything made is removed again. */
export function createDisks(context: DiskContext, settings: Settings): MadeDisks {
  const { lab, node } = context.request;
  const options = new Map<string, string>();
  const volids: string[] = [];
  try {
    for (const [name, text] of [...settings].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const drive = isDriveName(name) ? parseDrive(name, text) : undefined;
      if (drive !== undefined) options.set(name, makeDrive(context, name, drive, options, volids));
    }
  } catch (error) {
    for (const volid of volids) freeVolume(lab.state, node.name, volid);
    throw error;
  }
  return { options, volids };
}

function makeDrive(
  context: DiskContext,
  name: string,
  drive: Drive,
  made: GuestConfig,
  volids: string[],
): string {
  if (drive.file === "none" || drive.file === "cdrom") {
    delete drive.size;
    return printDrive(drive);
  }
  const parts = splitVolid(drive.file);
  const fresh = newDisk(drive.file);
  if (parts?.name === "cloudinit" || drive.file === "cloudinit") {
    onlyCloudInit(context, name, made);
    makeCloudInit(context, drive, parts?.storage);
  } else if (fresh === undefined) {
    useVolume(context, name, drive, made);
    return printDrive(drive);
  } else {
    const id = fresh.storage ?? context.storage;
    if (id === undefined) throw die("no storage ID specified (and no default storage)");
    const { lab, node } = context.request;
    makeVolume(context, name, drive, enabledStorage(lab.state, id, node.name), fresh.gib);
  }
  volids.push(drive.file);
  drive.options.delete("format");
  const text = printDrive(drive);
  context.log(`${name}: successfully created disk '${text}'`);
  return text;
}

function onlyCloudInit(context: DiskContext, name: string, made: GuestConfig): void {
  const other = cloudInitDrive(context.config, name) ?? cloudInitDrive(made, name);
  if (other !== undefined) throw die(`${name} - cloud-init drive is already attached at '${other}'`);
}

/** Name of the cloud-init drive of a configuration. */
export function cloudInitDrive(config: GuestConfig, except?: string): string | undefined {
  return drivesOf(config).find(([name, drive]) => name !== except && isCloudInit(drive))?.[0];
}

function makeCloudInit(context: DiskContext, drive: Drive, id = context.storage): void {
  const { lab, node } = context.request;
  if (id === undefined) throw die("no storage ID specified (and no default storage)");
  const storage = enabledStorage(lab.state, id, node.name);
  const files = isFileBased(storage);
  const format = drive.options.get("format") ?? (files ? "qcow2" : "raw");
  const name = `vm-${context.vmid}-cloudinit${files ? `.${format}` : ""}`;
  const volume = allocate(
    lab,
    { storage, node: node.name, vmid: context.vmid, format, size: CLOUDINIT_SIZE, name },
    context.log,
  );
  drive.file = volume.volid;
  drive.options.set("media", "cdrom");
}

function makeVolume(
  context: DiskContext,
  name: string,
  drive: Drive,
  storage: LabStorage,
  gib: number,
): void {
  const { lab, node } = context.request;
  const asked = drive.options.get("format");
  const source = drive.options.get("import-from");
  drive.options.delete("import-from");
  const origin = source === undefined ? undefined : importSource(lab.state, node.name, source);
  if (origin !== undefined) {
    context.log(`create full clone of drive ${usedAs(lab, origin.volid)}(${origin.volid})`);
  }
  const volume = allocate(
    lab,
    {
      storage,
      node: node.name,
      vmid: context.vmid,
      format:
        origin === undefined
          ? (asked ?? defaultFormat(storage))
          : usableFormat(storage, asked ?? origin.format),
      size: origin === undefined ? sizeFor(name, drive, gib) : virtualSize(origin),
      blank: origin === undefined || origin.blank === true,
    },
    context.log,
  );
  if (origin !== undefined) context.log(`allocated target volume '${volume.volid}'`);
  drive.file = isTemplate(context.config) ? makeBase(lab.state, node.name, volume.volid) : volume.volid;
  drive.size = volume.size;
}

/** The volume to import; one that is not there fails in other words where its content is not trusted. */
function importSource(state: LabState, node: string, volid: string): LabVolume {
  const found = findVolume(state, node, volid);
  const storage = storageOf(state, splitVolid(volid)?.storage ?? "");
  if (found === undefined && volumeName(state, volid).content === "import")
    throw die(`failed to stat '${volumePath(storage, volid)}'`);
  if (found === undefined) throw die(`cannot import from '${volid}' - could not get size of ${volid}`);
  if (/vm-\d+-cloudinit/.test(volid))
    throw die(`cannot import from '${volid}' - cannot import from cloudinit disk`);
  return found;
}

/** The name of the drive that a volume is attached as, with a blank; empty for an unattached one. */
function usedAs(lab: LabCore, volid: string): string {
  for (const guest of lab.state.guests.values()) {
    const found = drivesOf(guest.config).find(([, drive]) => drive.file === volid);
    if (found !== undefined) return `${found[0]} `;
  }
  return "";
}

function sizeFor(name: string, drive: Drive, gib: number): number {
  if (name === "tpmstate0") return TPM_SIZE;
  if (name === "efidisk0") return EFI_SIZES[drive.options.get("efitype") ?? "2m"] ?? 131_072;
  return Math.trunc(gib * 2 ** 20) * 1024;
}

/** Attaches a volume that is there already. */
function useVolume(context: DiskContext, name: string, drive: Drive, made: GuestConfig): void {
  const { lab, node } = context.request;
  checkVolumeAccess(context.request, context.vmid, drive.file);
  if (splitVolid(drive.file) === undefined) return;
  const { format } = volumeName(lab.state, drive.file);
  const asked = drive.options.get("format");
  if (asked !== undefined && asked !== format)
    throw die(
      `drive '${name}' - volume '${drive.file}' - 'format=${asked}' option different from storage format '${format}'`,
    );
  if (isCloudInit(drive)) onlyCloudInit(context, name, made);
  drive.size = virtualSize(needVolume(lab.state, node.name, drive.file));
}
