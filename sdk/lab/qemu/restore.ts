import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { owns } from "./apply.ts";
import { type Archive, archiveOf } from "./archive.ts";
import type { Settings } from "./check-drives.ts";
import { isCdrom, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { finish } from "./finish.ts";
import { checkProtection, drivesOf, isTemplate, keepUnused, lockFile, written } from "./guest.ts";
import { parseNet, printNet } from "./net.ts";
import { checkBridges, checkMappings } from "./permissions.ts";
import { joinPool } from "./pool.ts";
import { allocate, freeVolume } from "./storage/allocate.ts";
import { enabledStorage, holds, needVolume, usableFormat } from "./storage/lookup.ts";
import { makeBases } from "./template.ts";

/** Restores a backup into a VM whose id was taken for it. */
export function restore(request: LabRequest, guest: LabGuest, archive: string, settings: Settings): unknown {
  const { lab, params } = request;
  const { vmid } = guest;
  return request.task("qmrestore", vmid, async (task) => {
    const start = `unable to restore VM ${vmid} -`;
    try {
      checkProtection(guest, start);
      if (guest.runtime !== undefined) throw die(`${start} vm is running`);
      if (params.flag("live-restore"))
        throw die("live-restore is only compatible with backup images from a Proxmox Backup Server");
      await lab.locks.with(lockFile(vmid), () => run(request, guest, archive, settings, task));
    } catch (error) {
      guest.config.delete("lock");
      task.log(
        `error before or during data restore, some or all disks were not completely restored. VM ${vmid} state is NOT cleaned up.`,
      );
      throw error;
    }
    const pool = params.text("pool");
    if (pool !== undefined) joinPool(lab.state, pool, vmid);
    await finish(request, guest, task);
  });
}

async function run(
  request: LabRequest,
  guest: LabGuest,
  volid: string,
  settings: Settings,
  task: TaskHandle,
): Promise<void> {
  const { lab, node, params } = request;
  const content = archiveOf(needVolume(lab.state, node.name, volid));
  if (content === undefined) throw die(`unable to read archive '${volid}'`);
  const config = new Map([...content.config, ...settings]);
  for (const name of ["lock", "parent", "digest"]) config.delete(name);
  checkBridges(request, config);
  checkMappings(request, guest.vmid, config);
  task.log(`restore vma archive: ${volid}`);
  const unused = removeOld(request, guest, content);
  for (const [name, disk] of content.disks) {
    const text = await restoreDisk(request, guest, config.get(name) ?? "", name, disk, task);
    config.set(name, text);
  }
  if (params.flag("unique")) {
    for (const [name, value] of config)
      if (/^net\d+$/.test(name))
        config.set(name, printNet({ ...parseNet(value, lab.random), macaddr: lab.random.mac() }));
    config.set("vmgenid", lab.random.uuid());
    config.set("smbios1", `uuid=${lab.random.uuid()}`);
  }
  for (const old of unused) keepUnused(config, old);
  guest.config = config;
  guest.pending.clear();
  guest.pendingDelete.clear();
  guest.snapshots.clear();
  written(guest);
  if (isTemplate(guest.config)) makeBases(lab, guest);
}

/** Removes the disks that the backup brings again; answers the volumes that stay. */
function removeOld(request: LabRequest, guest: LabGuest, content: Archive): readonly string[] {
  const { lab } = request;
  const kept: string[] = [];
  for (const [name, drive] of drivesOf(guest.config)) {
    if (isCdrom(drive) || splitVolid(drive.file) === undefined) continue;
    if (!owns(lab, guest.vmid, drive.file)) continue;
    if (content.disks.has(name)) freeVolume(lab.state, guest.node, drive.file);
    else kept.push(drive.file);
  }
  return kept;
}

async function restoreDisk(
  request: LabRequest,
  guest: LabGuest,
  text: string,
  name: string,
  disk: { readonly format: string; readonly size: number; readonly blank: boolean },
  task: TaskHandle,
): Promise<string> {
  const { lab, node, params } = request;
  const drive = parseDrive(name, text) ?? { file: "none", options: new Map<string, string>() };
  const id = params.text("storage") ?? splitVolid(drive.file)?.storage ?? "local";
  const storage = enabledStorage(lab.state, id, node.name);
  if (!holds(storage, "images")) throw die(`Content type 'images' is not available on storage '${id}'`);
  request.check(`/storage/${id}`, ["Datastore.AllocateSpace"]);
  const volume = allocate(
    lab,
    {
      storage,
      node: node.name,
      vmid: guest.vmid,
      format: usableFormat(storage, disk.format),
      size: disk.size,
      blank: disk.blank,
    },
    (line) => task.log(line),
  );
  task.log(`new volume ID is '${volume.volid}'`);
  await task.takes(Math.ceil((disk.size / 2 ** 32) * 1000));
  const options = new Map(drive.options);
  options.delete("format");
  return printDrive({ file: volume.volid, size: volume.size, options });
}
