import { die } from "../errors.ts";
import { volumePath } from "../storage/paths.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest, LabStorage } from "../types.ts";
import type { Archive } from "./archive.ts";
import { CLOUDINIT_SIZE } from "./create-disks.ts";
import { type Drive, isCloudInit, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { drivesOf } from "./guest.ts";
import { allocate } from "./storage/allocate.ts";
import { enabledStorage, holds, isFileBased, usableFormat } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** A volume that a restore makes. */
interface Wanted {
  readonly name: string;
  readonly drive: Drive;
  readonly storage: LabStorage;
  readonly format: string;
  /** Bytes. */
  readonly size: number;
  readonly blank: boolean;
}

/** What a restore makes, in the order of the drives; fails where a storage does not take it. */
export function planDisks(request: LabRequest, content: Archive, config: GuestConfig): readonly Wanted[] {
  const { state } = request.lab;
  const wanted: Wanted[] = [];
  for (const [name, disk] of content.disks) {
    const drive = parseDrive(name, config.get(name) ?? "") ?? { file: "none", options: new Map() };
    wanted.push({ name, drive, storage: storageFor(request, drive), ...disk });
  }
  for (const [name, drive] of drivesOf(config)) {
    if (!isCloudInit(drive)) continue;
    const { format } = volumeName(state, drive.file);
    wanted.push({
      name,
      drive,
      storage: storageFor(request, drive),
      format,
      size: CLOUDINIT_SIZE,
      blank: true,
    });
  }
  return wanted.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function storageFor(request: LabRequest, { file }: Drive): LabStorage {
  const { lab, node, params } = request;
  const id = params.text("storage") ?? splitVolid(file)?.storage ?? "local";
  const storage = enabledStorage(lab.state, id, node.name);
  if (!holds(storage, "images")) throw die(`Content type 'images' is not available on storage '${id}'`);
  request.check(`/storage/${id}`, ["Datastore.AllocateSpace"]);
  return storage;
}

/** Makes all volumes and then fills them. */
export async function restoreDisks(
  request: LabRequest,
  guest: LabGuest,
  wanted: readonly Wanted[],
  config: GuestConfig,
  task: TaskHandle,
): Promise<void> {
  for (const want of wanted) {
    const { name, drive } = want;
    drive.file = make(request, guest, want, (line) => task.log(line));
    drive.options.delete("format");
    if (!isCloudInit(drive)) drive.size = want.size;
    config.set(name, printDrive(drive));
  }
  for (const { name, drive, storage, size } of wanted) {
    if (isCloudInit(drive)) continue;
    task.log(`map 'drive-${name}' to '${volumePath(storage, drive.file)}' (write zeros = 0)`);
    await task.takes(Math.ceil((size / 2 ** 32) * 1000));
  }
}

function make(
  { lab, node }: LabRequest,
  { vmid }: LabGuest,
  { drive, storage, format, size, blank }: Wanted,
  log: (line: string) => void,
): string {
  const kind = usableFormat(storage, format);
  const name = `vm-${vmid}-cloudinit${isFileBased(storage) ? `.${kind}` : ""}`;
  const { volid } = allocate(
    lab,
    { storage, node: node.name, vmid, format: kind, size, blank, ...(isCloudInit(drive) ? { name } : {}) },
    log,
  );
  log(`new volume ID is '${volid}'`);
  return volid;
}
