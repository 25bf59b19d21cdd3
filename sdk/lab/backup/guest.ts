import { die, faultText } from "../errors.ts";
import { storeArchive } from "../qemu/archive.ts";
import { guestTypeOf } from "../storage/entry.ts";
import { contentFolder } from "../storage/paths.ts";
import { spaceOf } from "../storage/stats.ts";
import { maxProtected } from "../storage/volume.ts";
import type { LabGuest } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import { containerPlugin, ModeFailure } from "./container.ts";
import { archiveSize, archiveStamp, duration, logStamp } from "./names.ts";
import { notesFrom } from "./notes.ts";
import { prunePlan, removeMarked } from "./prune.ts";
import { keepsAll, showRetention } from "./retention.ts";
import type { BackupOptions, GuestBackup, GuestPlugin } from "./types.ts";
import { vmPlugin } from "./vm.ts";

/** Backs one guest up; false where it failed. What went wrong is in the log. */
export async function backUpGuest(
  vmid: number,
  guest: LabGuest | undefined,
  parts: Omit<GuestBackup, "guest">,
): Promise<boolean> {
  const { request, task, info } = parts;
  const { clock } = request.lab;
  const began = clock.now();
  try {
    if (guest === undefined) throw die(`unable to find VM '${vmid}'`);
    const plugin = guest.kind === "qemu" ? vmPlugin : containerPlugin;
    await attempt({ ...parts, guest }, plugin);
  } catch (error) {
    if (task.signal.aborted) throw error;
    task.log(`ERROR: Backup of VM ${vmid} failed - ${faultText(error)}`);
    info(`Failed at ${logStamp(clock.now())}`);
    return false;
  }
  info(`Finished Backup of VM ${vmid} (${duration((clock.now() - began) / 1000)})`);
  info(`Backup finished at ${logStamp(clock.now())}`);
  return true;
}

async function attempt(backup: GuestBackup, plugin: GuestPlugin): Promise<void> {
  const { request, guest, options, info } = backup;
  const { vmid, kind } = guest;
  if (options.mode === "stop" && guest.ha?.state === "started")
    throw die(
      "Cannot execute a backup with stop mode on a HA managed and enabled Service. Use snapshot mode or disable the Service.",
    );
  checkLimits(backup);
  info(`Starting Backup of VM ${vmid} (${kind})`);
  info(`Backup started at ${logStamp(request.lab.clock.now())}`);
  const wasRunning = guest.runtime !== undefined;
  info(`status = ${wasRunning ? "running" : "stopped"}`);
  const lock = guest.config.get("lock");
  if (lock !== undefined) throw die(`${kind === "qemu" ? "VM" : "CT"} is locked (${lock})`);
  guest.config.set("lock", "backup");
  try {
    await whileLocked(backup, plugin, wasRunning);
  } finally {
    if (guest.config.get("lock") === "backup") guest.config.delete("lock");
  }
}

async function whileLocked(backup: GuestBackup, plugin: GuestPlugin, wasRunning: boolean): Promise<void> {
  const { options, info } = backup;
  const mode = chosenMode(backup, plugin, wasRunning);
  info(`backup mode: ${mode}`);
  if (options.bwlimit > 0) info(`bandwidth limit: ${options.bwlimit} KiB/s`);
  info(`ionice priority: ${options.ionice}`);
  if (mode !== "snapshot") plugin.prepare(backup, mode);
  const release = await plugin.hold(backup, mode, wasRunning);
  try {
    await archive(backup, plugin, mode, wasRunning);
  } finally {
    await release();
  }
}

/** Without a process there is nothing to suspend; where snapshots cannot be made, the guest is suspended. */
function chosenMode(backup: GuestBackup, plugin: GuestPlugin, wasRunning: boolean): BackupOptions["mode"] {
  const mode = wasRunning ? backup.options.mode : "stop";
  if (mode !== "snapshot") return mode;
  try {
    plugin.prepare(backup, mode);
    return mode;
  } catch (error) {
    if (!(error instanceof ModeFailure)) throw error;
    backup.info(error.message);
    backup.info("trying 'suspend' mode instead");
    return "suspend";
  }
}

async function archive(
  backup: GuestBackup,
  plugin: GuestPlugin,
  mode: BackupOptions["mode"],
  wasRunning: boolean,
): Promise<void> {
  const { request, options, guest, info } = backup;
  const { lab, node } = request;
  const { storage } = options;
  const { name, time } = freeName(backup);
  const isServer = storage.type === "pbs";
  const file = name.replace(/^backup\//, "");
  const path = isServer ? undefined : `${contentFolder(storage, "backup")}/${file}`;
  if (path === undefined) info(`creating Proxmox Backup Server archive '${file}'`);
  else info(`creating vzdump archive '${path}'`);
  const { archive: content, size } = await plugin.write(backup, mode, wasRunning, path);
  if (size > spaceOf(lab, storage, node.name).avail) {
    info("zstd: error 70 : Write error : cannot write block : No space left on device");
    throw die("job failed with err -28 - No space left on device");
  }
  const volume = lab.state.volumes.put(storage, node.name, {
    ...{ volid: `${storage.id}:${name}`, content: "backup", vmid: guest.vmid, ctime: time },
    ...{ format: formatOf(name, guest), size, used: Math.ceil(size / 4096) * 4096 },
  });
  storeArchive(volume, content);
  if (!isServer) info(`archive file size: ${archiveSize(size)}`);
  describe(backup, volume);
  if (options.remove) pruneOlder(backup);
}

function formatOf(name: string, guest: LabGuest): string {
  if (/^backup\/(?:vm|ct)\//.test(name)) return guest.kind === "qemu" ? "pbs-vm" : "pbs-ct";
  return /\.((?:vma|tar)(?:\.\w+)?)$/.exec(name)?.[1] ?? "vma";
}

/** Name of the archive. Where simulated time takes none, the next second is taken until the name is free. */
function freeName({ request, guest, options }: GuestBackup): { name: string; time: number } {
  const { lab, node } = request;
  const { storage, compression } = options;
  const isVm = guest.kind === "qemu";
  const extension = `${isVm ? "vma" : "tar"}${compression === undefined ? "" : `.${compression}`}`;
  for (let time = lab.clock.seconds(); ; time += 1) {
    const stamp = `${new Date(time * 1000).toISOString().slice(0, 19)}Z`;
    const name =
      storage.type === "pbs"
        ? `backup/${isVm ? "vm" : "ct"}/${guest.vmid}/${stamp}`
        : `backup/vzdump-${guest.kind}-${guest.vmid}-${archiveStamp(time)}.${extension}`;
    if (lab.state.volumes.get(storage, node.name, `${storage.id}:${name}`) === undefined)
      return { name, time };
  }
}

function describe({ request, options, guest, info, task }: GuestBackup, volume: LabVolume): void {
  if (options.notes !== undefined && options.notes !== "") {
    info("adding notes to backup");
    try {
      volume.notes = notesFrom(options.notes, request, guest);
    } catch (error) {
      task.log(`WARN: unable to add notes - ${faultText(error)}`);
    }
  }
  if (!options.protected) return;
  info("marking backup as protected");
  volume.protected = true;
}

function pruneOlder({ request, options, guest, info }: GuestBackup): void {
  const { lab, node } = request;
  info(`prune older backups with retention: ${showRetention(options.retention)}`);
  const filter = { vmid: guest.vmid, type: guest.kind };
  const entries = prunePlan(lab.state, options.storage.id, node.name, options.retention, filter);
  const pruned = removeMarked(lab.state, node.name, entries, info);
  info(`pruned ${pruned} backup(s)${pruned > 0 ? " not covered by keep-retention policy" : ""}`);
}

/** Fails where the storage takes no more backups of the guest. */
function checkLimits({ request, options, guest }: GuestBackup): void {
  const { lab, node } = request;
  const { storage, retention } = options;
  const present = lab.state.volumes
    .list(storage, node.name)
    .filter(
      ({ content, vmid, volid }) =>
        content === "backup" && vmid === guest.vmid && guestTypeOf(volid) === guest.kind,
    );
  const kept = present.filter((volume) => volume.protected === true).length;
  if (options.protected) {
    const most = maxProtected(request, storage);
    if (most > -1 && kept >= most)
      throw die(`The number of protected backups per guest is limited to ${most} on storage '${storage.id}'`);
    return;
  }
  const limit = keepsAll(retention) ? 0 : [...retention.values()].reduce((sum, count) => sum + count, 0);
  if (limit > 0 && !options.remove && present.length - kept >= limit)
    throw die(
      `There is a max backup limit of ${limit} enforced by the target storage or the vzdump parameters. Either increase the limit or delete old backups.`,
    );
}
