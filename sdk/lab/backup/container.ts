import { die } from "../errors.ts";
import { kindOf, type MountPoint, mountPointsOf } from "../lxc/mount-point.ts";
import { powerOn, stopContainer } from "../lxc/run.ts";
import { hasFeature } from "../qemu/storage/features.ts";
import { findVolume } from "../qemu/storage/lookup.ts";
import type { LabGuest } from "../types.ts";
import { archivedConfig, storedSize } from "./archived.ts";
import type { GuestBackup, GuestPlugin } from "./types.ts";

/** Thrown where another mode is to be tried. */
export class ModeFailure extends Error {}

/** Mount points that go into a backup: the root, and volumes that ask for it. */
function included(name: string, point: MountPoint): boolean {
  return name === "rootfs" || (kindOf(point) === "volume" && point.options.get("backup") === "1");
}

const prepare: GuestPlugin["prepare"] = ({ request, guest, info }, mode) => {
  const { state } = request.lab;
  const hostname = guest.config.get("hostname");
  if (hostname !== undefined) info(`CT Name: ${hostname}`);
  const points = mountPointsOf(guest.config);
  for (const [name, point] of points) {
    const at = name === "rootfs" ? "/" : (point.options.get("mp") ?? "");
    const kind = kindOf(point);
    if (included(name, point)) info(`including mount point ${name} ('${at}') in backup`);
    else
      info(
        `excluding ${kind} mount point ${name} ('${at}') from backup (${kind === "volume" ? "disabled" : "not a volume"})`,
      );
    if (included(name, point) && findVolume(state, guest.node, point.volume) === undefined)
      throw die(`volume '${point.volume}' does not exist`);
  }
  const able = points.every(
    ([name, point]) => !included(name, point) || hasFeature(state, "snapshot", point.volume),
  );
  if (mode === "snapshot" && !able)
    throw new ModeFailure("mode failure - some volumes do not support snapshots");
};

const hold: GuestPlugin["hold"] = async (backup, mode, wasRunning) => {
  const { request, guest, task, options, info } = backup;
  const nothing = async (): Promise<void> => undefined;
  if (!wasRunning) return nothing;
  const began = request.lab.clock.now();
  const online = (): void => {
    const seconds = Math.floor((request.lab.clock.now() - began) / 1000);
    info(`guest is online again after ${seconds < 1 ? "<1" : seconds} seconds`);
  };
  if (mode === "snapshot") {
    info("create storage snapshot 'vzdump'");
    return async () => info("cleanup temporary 'vzdump' snapshot");
  }
  if (mode === "suspend") {
    await sync(backup, online);
    return nothing;
  }
  info("stopping virtual guest");
  await stopContainer(guest, task, { kill: false, timeout: options.stopwait * 60, force: true });
  return async () => {
    info("restarting vm");
    if (guest.runtime === undefined) powerOn(request.lab, guest);
    online();
  };
};

/** Copies the files twice: while the container runs, and while it is frozen. */
async function sync({ guest, request, task, info }: GuestBackup, online: () => void): Promise<void> {
  const from = `/proc/${guest.runtime?.pid ?? 0}/root/`;
  const to = `/var/tmp/vzdumptmp${request.lab.random.int(1000, 99_999)}_${guest.vmid}`;
  info(`starting first sync ${from} to ${to}`);
  await task.takes(3000);
  info(`first sync finished - transferred ${dataOf(request.lab.state, guest)} bytes in 3s`);
  info("suspending guest");
  info(`starting final sync ${from} to ${to}`);
  await task.takes(1000);
  info("final sync finished - transferred 0 bytes in 1s");
  info("resuming guest");
  online();
}

/** Bytes of files in the volumes that are backed up. */
function dataOf(state: GuestBackup["request"]["lab"]["state"], guest: LabGuest): number {
  let sum = 0;
  for (const [name, point] of mountPointsOf(guest.config))
    if (included(name, point)) sum += findVolume(state, guest.node, point.volume)?.used ?? 0;
  return sum;
}

const write: GuestPlugin["write"] = async ({ request, guest, task, options, info }) => {
  const data = dataOf(request.lab.state, guest);
  const seconds = Math.max(1, Math.ceil(data / 2 ** 30));
  await task.takes(seconds * 1000);
  info(
    `Total bytes written: ${data} (${Math.floor(data / 2 ** 20)}MiB, ${Math.floor(data / seconds / 2 ** 20)}MiB/s)`,
  );
  const size = storedSize(data, options.compression !== undefined);
  return { archive: { config: archivedConfig(guest), disks: new Map() }, size };
};

/** Backing up a container. (pve-container, src/PVE/VZDump/LXC.pm) */
export const containerPlugin: GuestPlugin = { kind: "lxc", prepare, hold, write };
