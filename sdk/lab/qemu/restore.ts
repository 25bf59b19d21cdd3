import { die, faultText } from "../errors.ts";
import { guestTypeOf } from "../storage/entry.ts";
import { volumePath } from "../storage/paths.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabCore, LabGuest, LabRequest } from "../types.ts";
import { owns } from "./apply.ts";
import { type Archive, archiveOf } from "./archive.ts";
import type { Settings } from "./check-drives.ts";
import { isCdrom, isCloudInit, splitVolid } from "./drive.ts";
import { finishRestore } from "./finish.ts";
import { checkProtection, drivesOf, isTemplate, keepUnused, lockFile, written } from "./guest.ts";
import { parseNet, printNet } from "./net.ts";
import { checkBridges, checkMappings } from "./permissions.ts";
import { joinPool } from "./pool.ts";
import { parseProperties, printProperties } from "./property-string.ts";
import { planDisks, restoreDisks } from "./restore-disks.ts";
import { extractCommand, logHeader, logTotals } from "./restore-log.ts";
import { freeVolume } from "./storage/allocate.ts";
import { holds, isDisabled, isOnNode, needVolume, storageOf } from "./storage/lookup.ts";
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
    await finishRestore(request, guest, task);
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
  const config = restoredConfig(lab, content, params.flag("unique"));
  for (const [name, value] of settings) config.set(name, value);
  const command = extractCommand(lab, path);
  logHeader(command.shown, volume, content, (line) => task.log(line));
  await whileExtracting(command.run, async () => {
    const disks = planDisks(request, content, config);
    removeOld(request, guest, content);
    await restoreDisks(request, guest, disks, config, task);
  });
  logTotals(content, (line) => task.log(line));
  // Whether the caller may use what the configuration names is seen to when the disks are there already.
  checkBridges(request, config);
  checkMappings(request, guest.vmid, config);
  guest.config = config;
  guest.pending.clear();
  guest.pendingDelete.clear();
  guest.snapshots.clear();
  written(guest);
  rescan(lab, guest, (line) => task.log(line));
  if (!isTemplate(guest.config)) return;
  task.log("Convert to template.");
  makeBases(lab, guest);
}

/** The configuration in a backup as it comes back; what is the machine's alone is new, with `unique` all of it. */
function restoredConfig(lab: LabCore, content: Archive, unique: boolean): GuestConfig {
  const config = withoutLeftOut(content);
  for (const name of [...config.keys()])
    if (/^(?:lock|parent|digest|unused\d+)$/.test(name)) config.delete(name);
  if ((config.get("vmgenid") ?? "0") !== "0") config.set("vmgenid", lab.random.uuid());
  if (!unique) return config;
  for (const [name, value] of config)
    if (/^net\d+$/.test(name))
      config.set(name, printNet({ ...parseNet(value, lab.random), macaddr: lab.random.mac() }));
  const machine = config.get("smbios1");
  if (machine !== undefined)
    config.set("smbios1", printProperties(parseProperties(machine, {}).set("uuid", lab.random.uuid()), {}));
  return config;
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

/** Takes in what belongs to the VM and that it does not know of. */
function rescan(lab: LabCore, guest: LabGuest, log: (line: string) => void): void {
  log("rescan volumes...");
  const known = new Set(drivesOf(guest.config).map(([, drive]) => drive.file));
  const owned = [...lab.state.storages.values()]
    .filter((storage) => holds(storage, "images") && !isDisabled(storage) && isOnNode(storage, guest.node))
    .flatMap((storage) => lab.state.volumes.list(storage, guest.node))
    .filter(({ vmid, content }) => vmid === guest.vmid && content === "images")
    .map(({ volid }) => volid)
    .sort();
  for (const volid of owned) {
    if (known.has(volid) || /vm-\d+-state-/.test(volid)) continue;
    const key = keepUnused(guest.config, volid);
    if (key !== undefined) log(`VM ${guest.vmid} add unreferenced volume '${volid}' as '${key}' to config`);
  }
}

/** Removes the disks that the backup brings again, cloud-init drives, and what snapshots had of the memory. */
function removeOld({ lab }: LabRequest, guest: LabGuest, content: Archive): void {
  for (const [name, drive] of drivesOf(guest.config)) {
    if (isCdrom(drive, true) || splitVolid(drive.file) === undefined) continue;
    if (!owns(lab, guest.vmid, drive.file)) continue;
    if (content.disks.has(name) || isCloudInit(drive)) freeVolume(lab.state, guest.node, drive.file);
  }
  for (const { config } of guest.snapshots.values()) {
    const state = config.get("vmstate");
    if (state !== undefined) freeVolume(lab.state, guest.node, state);
  }
}
