import { die } from "../errors.ts";
import { guestTypeOf } from "../storage/entry.ts";
import { volumePath } from "../storage/paths.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
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
  const content = archiveOf(needVolume(lab.state, node.name, volid));
  if (content === undefined || guestTypeOf(volid) === "lxc") throw die(`unable to read archive '${volid}'`);
  const config = new Map([...withoutLeftOut(content), ...settings]);
  for (const name of ["lock", "parent", "digest"]) config.delete(name);
  checkBridges(request, config);
  checkMappings(request, guest.vmid, config);
  logHeader(request, volid, content, (line) => task.log(line));
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
  logTotals(content, (line) => task.log(line));
  for (const old of unused) keepUnused(config, old);
  guest.config = config;
  guest.pending.clear();
  guest.pendingDelete.clear();
  guest.snapshots.clear();
  written(guest);
  if (isTemplate(guest.config)) makeBases(lab, guest);
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

const DECOMPRESSORS: Readonly<Record<string, string>> = {
  gz: "zcat",
  lzo: "lzop -d -c",
  zst: "zstd -q -d -c",
  bz2: "bzcat -q",
};

/** What is printed when an archive is opened. */
function logHeader({ lab }: LabRequest, volid: string, content: Archive, log: (line: string) => void): void {
  const path = volumePath(storageOf(lab.state, splitVolid(volid)?.storage ?? ""), volid);
  const temporary = `/var/tmp/vzdumptmp${lab.random.int(1000, 99_999)}`;
  const decompressor = DECOMPRESSORS[/\.vma\.(\w+)$/.exec(path)?.[1] ?? ""];
  const extract = `vma extract -v -r ${temporary}.fifo`;
  log(
    decompressor === undefined
      ? `restore vma archive: ${extract} ${path} ${temporary}`
      : `restore vma archive: ${decompressor} ${path} | ${extract} - ${temporary}`,
  );
  const size = [...content.config].reduce((sum, [name, value]) => sum + name.length + value.length + 3, 0);
  log(`CFG: size: ${size} name: qemu-server.conf`);
  for (const [index, [name, disk]] of [...content.disks].entries())
    log(`DEV: dev_id=${index + 1} size: ${disk.size} devname: drive-${name}`);
}

/** What is printed when all disks are written. */
function logTotals({ disks }: Archive, log: (line: string) => void): void {
  let total = 0;
  let sparse = 0;
  for (const { size, blank } of disks.values()) {
    total += size;
    sparse += blank ? size : Math.floor(size * 0.7);
  }
  if (total > 0) {
    log(`progress 100% (read ${total} bytes, duration ${Math.ceil(total / 2 ** 32)} sec)`);
    log(`total bytes read ${total}, sparse bytes ${sparse} (${((sparse * 100) / total).toFixed(1)}%)`);
  }
  log("rescan volumes...");
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
  task.log(`map 'drive-${name}' to '${volumePath(storage, volume.volid)}' (write zeros = 0)`);
  await task.takes(Math.ceil((disk.size / 2 ** 32) * 1000));
  const options = new Map(drive.options);
  options.delete("format");
  return printDrive({ file: volume.volid, size: volume.size, options });
}
