import { die } from "../errors.ts";
import type { Archive } from "../qemu/archive.ts";
import { type Drive, isCdrom, splitVolid } from "../qemu/drive.ts";
import { drivesOf } from "../qemu/guest.ts";
import { powerOn, stopVm } from "../qemu/run.ts";
import { formatSize, renderBytes } from "../qemu/size.ts";
import { agentEnabled } from "../qemu/status.ts";
import { findVolume } from "../qemu/storage/lookup.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest } from "../types.ts";
import { archivedConfig, logLeftOut, storedSize } from "./archived.ts";
import type { GuestBackup, GuestPlugin } from "./types.ts";

interface Disk {
  readonly name: string;
  readonly drive: Drive;
  /** Why it is left out; undefined where it is not. */
  readonly leftOut: string | undefined;
}

/** Disks of a VM, CD-ROM drives left aside. */
function disksOf({ config }: LabGuest): readonly Disk[] {
  return drivesOf(config)
    .filter(([, drive]) => !isCdrom(drive))
    .map(([name, drive]) => {
      const noFirmware = name === "efidisk0" && config.get("bios") !== "ovmf";
      const refused = drive.options.get("backup") === "0" ? "backup=no" : undefined;
      return { name, drive, leftOut: noFirmware ? "efidisk but no OMVF BIOS" : refused };
    });
}

function prepare({ request, guest, info }: GuestBackup): void {
  const name = guest.config.get("name");
  if (name !== undefined) info(`VM Name: ${name}`);
  for (const { name: key, drive, leftOut } of disksOf(guest)) {
    const { file, size } = drive;
    if (leftOut !== undefined) {
      info(`exclude disk '${key}' '${file}' (${leftOut})`);
      continue;
    }
    info(`include disk '${key}' '${file}'${size === undefined ? "" : ` ${formatSize(size)}`}`);
    const exists = findVolume(request.lab.state, guest.node, file) !== undefined;
    if (splitVolid(file) !== undefined && !exists) throw die(`volume '${file}' does not exist`);
  }
}

/** A VM that is stopped for its backup goes on as soon as the backup has begun. */
const hold: GuestPlugin["hold"] = async (backup, mode, wasRunning) => {
  const { request, guest, options, info } = backup;
  const { lab } = request;
  const nothing = async (): Promise<void> => undefined;
  if (!wasRunning) return nothing;
  if (mode === "suspend") {
    info("suspending guest");
    if (guest.runtime !== undefined) guest.runtime.qmpstatus = "paused";
    return async () => {
      if (guest.runtime !== undefined) guest.runtime.qmpstatus = "running";
    };
  }
  if (mode !== "stop") return nothing;
  info("stopping virtual guest");
  const timeout = options.stopwait * 60;
  const command = `qm shutdown ${guest.vmid} --skiplock --keepActive --timeout ${timeout}`;
  try {
    const stop = { shutdown: true, skiplock: true, timeout };
    await stopVm(lab, guest.node, guest.vmid, quiet(backup), stop);
  } catch (error) {
    info(error instanceof Error ? error.message : String(error));
    throw die(`command '${command}' failed: exit code 255`);
  }
  return async () => {
    if (guest.runtime === undefined) powerOn(lab, guest);
  };
};

/** Lines of other workers go into the log of the backup. */
function quiet({ task, info }: GuestBackup): TaskHandle {
  return {
    ...{ upid: task.upid, signal: task.signal, log: info, warn: info },
    takes: (ms) => task.takes(ms),
    child: (type, id, worker) => task.child(type, id, worker),
    ended: (upid) => task.ended(upid),
  };
}

const write: GuestPlugin["write"] = async (backup, mode, wasRunning, path) => {
  const { request, guest, task, options, info } = backup;
  const { lab } = request;
  const config = archivedConfig(guest);
  logLeftOut(guest, info);
  if (disksOf(guest).every(({ leftOut }) => leftOut !== undefined)) {
    logDiskless(backup, path);
    return { archive: { config, disks: new Map() }, size: storedSize(0, options.compression !== undefined) };
  }
  const began = lab.clock.now();
  const freshStart = !wasRunning || mode === "stop";
  if (freshStart) info("starting kvm to execute backup task");
  else freeze(guest, info);
  info(`started backup task '${lab.random.uuid()}'`);
  if (wasRunning) await resume(backup, mode, began);
  const disks = new Map<string, { format: string; size: number; blank: boolean }>();
  let total = 0;
  let data = 0;
  for (const { name, drive, leftOut } of disksOf(guest)) {
    const volume = leftOut === undefined ? findVolume(lab.state, guest.node, drive.file) : undefined;
    if (volume === undefined) continue;
    const { format, size, used } = volume;
    const blank = volume.blank === true;
    disks.set(name, { format, size, blank });
    total += size;
    if (!blank) data += Math.min(used, size);
  }
  const seconds = Math.ceil(total / 2 ** 32);
  await task.takes(seconds * 1000);
  logProgress(info, total, data, Math.max(1, seconds));
  if (!wasRunning) info("stopping kvm after backup task");
  const archive: Archive = { config, disks };
  return { archive, size: storedSize(data, options.compression !== undefined) };
};

/** Without disks there is nothing that QEMU has to read. */
function logDiskless({ options, info }: GuestBackup, path: string | undefined): void {
  info("backup contains no disks");
  info("starting diskless backup");
  if (path === undefined) return;
  const folder = path.replace(/\.vma(?:\.\w+)?$/, ".tmp");
  const output = `exec:${options.compressor ?? "cat"} > ${path.replace(/\.[^.]+$/, ".dat")}`;
  info(`/usr/bin/vma create -v -c ${folder}/qemu-server.conf ${output}`);
}

function freeze(guest: LabGuest, info: (line: string) => void): void {
  if (!agentEnabled(guest)) return;
  if (guest.runtime?.agent === true) {
    info("issuing guest-agent 'fs-freeze' command");
    info("issuing guest-agent 'fs-thaw' command");
  } else info("skipping guest-agent 'fs-freeze', agent configured but not running?");
}

async function resume({ request, guest, info }: GuestBackup, mode: string, began: number): Promise<void> {
  const { lab } = request;
  if (guest.runtime === undefined) powerOn(lab, guest);
  else guest.runtime.qmpstatus = "running";
  const seconds = Math.ceil((lab.clock.now() - began) / 1000);
  info(mode === "snapshot" ? "resuming VM again" : `resuming VM again after ${seconds} seconds`);
}

function logProgress(info: (line: string) => void, total: number, data: number, seconds: number): void {
  const rate = (bytes: number): string => (bytes === 0 ? "0 B/s" : `${renderBytes(bytes / seconds)}/s`);
  const all = renderBytes(total);
  info(`100% (${all} of ${all}) in ${seconds}s, read: ${rate(total)}, write: ${rate(data)}`);
  const zero = total - data;
  if (zero > 0)
    info(`backup is sparse: ${renderBytes(zero)} (${Math.floor((zero * 100) / total)}%) total zero data`);
  info(`transferred ${all} in ${seconds} seconds (${rate(total)})`);
}

/** Backing up a VM. (qemu-server, src/PVE/VZDump/QemuServer.pm) */
export const vmPlugin: GuestPlugin = { kind: "qemu", prepare, hold, write };
