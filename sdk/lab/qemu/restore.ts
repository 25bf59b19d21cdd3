import { die, faultText } from "../errors.ts";
import { guestTypeOf } from "../storage/entry.ts";
import { volumePath } from "../storage/paths.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest, LabStorage } from "../types.ts";
import { owns } from "./apply.ts";
import { type Archive, archiveOf } from "./archive.ts";
import type { Settings } from "./check-drives.ts";
import { type Drive, isCdrom, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { finish } from "./finish.ts";
import { checkProtection, drivesOf, isTemplate, keepUnused, lockFile, written } from "./guest.ts";
import { parseNet, printNet } from "./net.ts";
import { checkBridges, checkMappings } from "./permissions.ts";
import { joinPool } from "./pool.ts";
import { extractCommand, logHeader, logTotals } from "./restore-log.ts";
import { allocate, freeVolume } from "./storage/allocate.ts";
import { enabledStorage, holds, needVolume, storageOf, usableFormat } from "./storage/lookup.ts";
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
  const volume = needVolume(lab.state, node.name, volid);
  const path = volumePath(storageOf(lab.state, volume.storage), volid);
  if (/\.(?:tgz|tar(?:\.\w+)?)$/.test(path)) throw notOfVm(path, settings);
  const content = archiveOf(volume);
  if (content === undefined || guestTypeOf(volid) === "lxc") throw die(`unable to read archive '${volid}'`);
  const config = new Map([...withoutLeftOut(content), ...settings]);
  for (const name of ["lock", "parent", "digest"]) config.delete(name);
  checkBridges(request, config);
  checkMappings(request, guest.vmid, config);
  const command = extractCommand(lab, path);
  logHeader(command.shown, volume, content, (line) => task.log(line));
  const unused = await whileExtracting(command.run, async () => {
    for (const name of content.disks.keys()) targetOf(request, config.get(name) ?? "", name);
    const kept = removeOld(request, guest, content);
    for (const [name, disk] of content.disks)
      config.set(name, await restoreDisk(request, guest, config.get(name) ?? "", name, disk, task));
    return kept;
  });
  if (params.flag("unique")) {
    for (const [name, value] of config)
      if (/^net\d+$/.test(name))
        config.set(name, printNet({ ...parseNet(value, lab.random), macaddr: lab.random.mac() }));
    config.set("vmgenid", lab.random.uuid());
    config.set("smbios1", `uuid=${lab.random.uuid()}`);
  }
  logTotals(content, (line) => task.log(line));
  for (const old of unused) keepUnused(config, old);
  guest.config = config;
  guest.pending.clear();
  guest.pendingDelete.clear();
  guest.snapshots.clear();
  written(guest);
  if (isTemplate(guest.config)) makeBases(lab, guest);
}

/** A tar archive of today is a container's: one of a VM begins with its configuration. */
function notOfVm(path: string, settings: Settings): Error {
  if (settings.size === 0) return die(`ERROR: file '${path}' does not look like a QemuServer vzdump backup`);
  const given = [...settings.keys()].join(" ");
  return die(`cannot pass along options (${given}) when restoring from tar archive`);
}

/** Volumes are made while the archive is read: what goes wrong ends that command. */
async function whileExtracting<T>(command: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw die(`command '${command}' failed: ${faultText(error)}`);
  }
}

/** Disks that were left out of the backup become comments: the configuration tells that they were there. */
function withoutLeftOut({ config, disks }: Archive): GuestConfig {
  const kept = new Map(config);
  const comments: string[] = [];
  for (const [name, drive] of drivesOf(config)) {
    if (disks.has(name) || isCdrom(drive) || drive.options.get("backup") !== "0") continue;
    comments.push(`${name}: ${config.get(name) ?? ""}`);
    kept.delete(name);
  }
  const description = config.get("description");
  if (comments.length > 0)
    kept.set("description", [...(description === undefined ? [] : [description]), ...comments].join("\n"));
  return kept;
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

/** The drive as the backup has it, and the storage that it is restored to. */
function targetOf(
  request: LabRequest,
  text: string,
  name: string,
): { readonly drive: Drive; readonly storage: LabStorage } {
  const { lab, node, params } = request;
  const drive = parseDrive(name, text) ?? { file: "none", options: new Map<string, string>() };
  const id = params.text("storage") ?? splitVolid(drive.file)?.storage ?? "local";
  const storage = enabledStorage(lab.state, id, node.name);
  if (!holds(storage, "images")) throw die(`Content type 'images' is not available on storage '${id}'`);
  request.check(`/storage/${id}`, ["Datastore.AllocateSpace"]);
  return { drive, storage };
}

async function restoreDisk(
  request: LabRequest,
  guest: LabGuest,
  text: string,
  name: string,
  disk: { readonly format: string; readonly size: number; readonly blank: boolean },
  task: TaskHandle,
): Promise<string> {
  const { lab, node } = request;
  const { drive, storage } = targetOf(request, text, name);
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
  task.log(`map 'drive-${name}' to '${volumePath(storage, volume.volid)}' (write zeros = 0)`);
  await task.takes(Math.ceil((disk.size / 2 ** 32) * 1000));
  const options = new Map(drive.options);
  options.delete("format");
  return printDrive({ file: volume.volid, size: volume.size, options });
}
