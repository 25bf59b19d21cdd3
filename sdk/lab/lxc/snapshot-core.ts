import { die } from "../errors.ts";
import { copySection, dropSnapshot, keepPresent, needSnapshot } from "../guests/snapshots.ts";
import { isTemplate, keepUnused } from "../qemu/guest.ts";
import { hasFeature } from "../qemu/storage/features.ts";
import { findVolume, storageOf } from "../qemu/storage/lookup.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest, LabSnapshot } from "../types.ts";
import { checkLock, loadContainer, lockFile, written } from "./container.ts";
import { kindOf, mountPointsOf, storageIdOf, volumesOf } from "./mount-point.ts";
import { stopContainer } from "./run.ts";

const NOT_COPIED = new Set(["snapstate", "snaptime", "lock", "description"]);

/** Which container, on which node. */
export interface Place {
  readonly node: string;
  readonly vmid: number;
}

/** Takes a snapshot of all volumes; a running container is frozen meanwhile. */
export async function createSnapshot(
  lab: LabCore,
  { node, vmid }: Place,
  name: string,
  description: string | undefined,
  task: TaskHandle,
): Promise<void> {
  const guest = await lab.locks.with(lockFile(vmid), () => prepare(lab, node, vmid, name));
  const config = copySection(guest.config, NOT_COPIED);
  config.set("snaptime", String(lab.clock.seconds()));
  if (description) config.set("description", description);
  try {
    await task.takes(200 * Math.max(1, volumesOf(config).length));
  } finally {
    guest.config.delete("lock");
  }
  guest.snapshots.set(name, { name, config });
  guest.config.set("parent", name);
  written(guest);
}

function prepare(lab: LabCore, node: string, vmid: number, name: string): LabGuest {
  const guest = loadContainer(lab, node, vmid);
  if (isTemplate(guest.config)) throw die("you can't take a snapshot if it's a template");
  checkLock(guest);
  if (guest.snapshots.has(name)) throw die(`snapshot name '${name}' already used`);
  const able = mountPointsOf(guest.config).every(
    ([, point]) => kindOf(point) === "volume" && hasFeature(lab.state, "snapshot", point.volume),
  );
  if (!able) throw die("snapshot feature is not available");
  guest.config.set("lock", "snapshot");
  return guest;
}

/** Puts a container back to a snapshot; it does not run afterwards. */
export async function rollback(
  lab: LabCore,
  { node, vmid }: Place,
  name: string,
  task: TaskHandle,
): Promise<void> {
  await lab.locks.with(lockFile(vmid), async () => {
    const guest = loadContainer(lab, node, vmid);
    const snapshot = rollbackTarget(lab, guest, name);
    checkLock(guest);
    await stopContainer(guest, task, { kill: true });
    guest.config.set("lock", "rollback");
    try {
      await task.takes(300);
    } finally {
      guest.config.delete("lock");
    }
    restoreSection(lab, guest, snapshot);
    written(guest);
  });
}

function rollbackTarget(lab: LabCore, guest: LabGuest, name: string): LabSnapshot {
  if (isTemplate(guest.config)) throw die("you can't rollback if vm is a template");
  const snapshot = needSnapshot(guest, name);
  for (const [, { volume }] of volumesOf(snapshot.config)) {
    const newestOnly = storageOf(lab.state, storageIdOf(volume)).type === "zfspool";
    if (newestOnly && guest.config.get("parent") !== name)
      throw die(`can't rollback, '${name}' is not most recent snapshot on '${volume}'`);
  }
  return snapshot;
}

function restoreSection(lab: LabCore, guest: LabGuest, snapshot: LabSnapshot): void {
  const kept = new Set(volumesOf(snapshot.config).map(([, { volume }]) => volume));
  const orphans = volumesOf(guest.config).filter(([, { volume }]) => !kept.has(volume));
  const section = copySection(snapshot.config, NOT_COPIED);
  keepPresent(section, guest.config);
  for (const [, { volume }] of orphans) keepUnused(section, volume);
  section.set("parent", snapshot.name);
  for (const [, { volume: volid, size }] of volumesOf(section)) {
    const volume = findVolume(lab.state, guest.node, volid);
    if (volume !== undefined && size !== undefined) volume.size = size;
  }
  guest.config = section;
}

/** Deletes a snapshot; a volume that only it held is kept as unused. */
export async function deleteSnapshot(
  lab: LabCore,
  { node, vmid }: Place,
  name: string,
  task: TaskHandle,
): Promise<void> {
  const guest = loadContainer(lab, node, vmid);
  const snapshot = needSnapshot(guest, name);
  await lab.locks.with(lockFile(vmid), () => {
    checkLock(guest);
    guest.config.set("lock", "snapshot-delete");
  });
  await task.takes(300);
  dropSnapshot(guest, snapshot);
  guest.config.delete("lock");
  for (const [, { volume }] of volumesOf(snapshot.config)) keepUnused(guest.config, volume);
  written(guest);
}
