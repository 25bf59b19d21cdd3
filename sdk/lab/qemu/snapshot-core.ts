import { die } from "../errors.ts";
import { copySection, dropSnapshot, keepPresent, needSnapshot } from "../guests/snapshots.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabCore, LabGuest, LabSnapshot } from "../types.ts";
import { makeCloudInitImage } from "./apply.ts";
import { isCdrom, splitVolid } from "./drive.ts";
import { checkLock, drivesOf, isTemplate, keepUnused, loadVm, lockFile, written } from "./guest.ts";
import { powerOn, STATE_OPTIONS, stopLocked } from "./run.ts";
import { renderBytes } from "./size.ts";
import { freeVolume } from "./storage/allocate.ts";
import { hasFeature } from "./storage/features.ts";
import { findVolume, isFileBased, storageOf } from "./storage/lookup.ts";
import { reserveState, vmstateStorage } from "./vmstate.ts";

/** Disks that a snapshot covers. */
function disksOf(config: GuestConfig): readonly (readonly [string, string])[] {
  return drivesOf(config)
    .filter(([, drive]) => !isCdrom(drive))
    .map(([name, drive]) => [name, drive.file] as const);
}

const NOT_COPIED = new Set(["snapstate", "snaptime", "vmstate", "lock", "digest", "description"]);

/** Takes a snapshot, with the memory where asked for and the VM runs. */
export async function createSnapshot(
  lab: LabCore,
  node: string,
  vmid: number,
  wanted: { readonly name: string; readonly vmstate: boolean; readonly description: string | undefined },
  task: TaskHandle,
): Promise<void> {
  const { name } = wanted;
  const guest = await lab.locks.with(lockFile(vmid), () => prepare(lab, node, vmid, name));
  const config = copySection(guest.config, NOT_COPIED);
  const snapshot: LabSnapshot = { name, config };
  try {
    if (wanted.vmstate && guest.runtime !== undefined) await saveMemory(lab, guest, snapshot, task);
    config.set("snaptime", String(lab.clock.seconds()));
    if (wanted.description) config.set("description", wanted.description);
    for (const [drive, volid] of disksOf(config)) {
      task.log(`snapshotting 'drive-${drive}' (${volid})`);
      const parts = splitVolid(volid);
      if (
        guest.runtime !== undefined &&
        parts !== undefined &&
        isFileBased(storageOf(lab.state, parts.storage))
      )
        task.log("internal qemu snapshot");
      await task.takes(200);
    }
  } catch (error) {
    guest.config.delete("lock");
    throw error;
  }
  guest.snapshots.set(name, snapshot);
  guest.config.delete("lock");
  guest.config.set("parent", name);
  written(guest);
}

function prepare(lab: LabCore, node: string, vmid: number, name: string): LabGuest {
  const guest = loadVm(lab, node, vmid);
  if (isTemplate(guest.config)) throw die("you can't take a snapshot if it's a template");
  checkLock(guest);
  if (guest.snapshots.has(name)) throw die(`snapshot name '${name}' already used`);
  if (disksOf(guest.config).some(([, volid]) => !hasFeature(lab.state, "snapshot", volid)))
    throw die("snapshot feature is not available");
  guest.config.set("lock", "snapshot");
  return guest;
}

async function saveMemory(
  lab: LabCore,
  guest: LabGuest,
  snapshot: LabSnapshot,
  task: TaskHandle,
): Promise<void> {
  const storage = vmstateStorage(lab, guest);
  reserveState(lab, guest, snapshot.config, snapshot.name, storage, (line) => task.log(line));
  task.log(`saving VM state and RAM using storage '${storage}'`);
  await task.takes(1000);
  task.log(`completed saving the VM state in 1s, saved ${renderBytes(80 * 2 ** 20)}`);
}

/** Puts a VM back to a snapshot; one with memory runs afterwards. */
export async function rollback(
  lab: LabCore,
  node: string,
  vmid: number,
  name: string,
  task: TaskHandle,
): Promise<void> {
  await lab.locks.with(lockFile(vmid), async () => {
    const guest = loadVm(lab, node, vmid);
    const snapshot = rollbackTarget(lab, guest, name);
    checkLock(guest);
    await stopLocked(lab, node, vmid, task, { timeout: 5 });
    guest.config.set("lock", "rollback");
    await task.takes(300);
    restoreSection(lab, guest, snapshot);
    const state = snapshot.config.get("vmstate");
    written(guest);
    if (state === undefined) return;
    makeCloudInitImage(guest, (line) => task.log(line));
    powerOn(lab, guest);
  });
}

function rollbackTarget(lab: LabCore, guest: LabGuest, name: string): LabSnapshot {
  if (isTemplate(guest.config)) throw die("you can't rollback if vm is a template");
  const snapshot = needSnapshot(guest, name);
  const newest = guest.config.get("parent");
  for (const [, volid] of disksOf(snapshot.config)) {
    const parts = splitVolid(volid);
    if (parts !== undefined && storageOf(lab.state, parts.storage).type === "zfspool" && newest !== name)
      throw die(`can't rollback, '${name}' is not most recent snapshot on '${volid}'`);
  }
  return snapshot;
}

function restoreSection(lab: LabCore, guest: LabGuest, snapshot: LabSnapshot): void {
  const kept = new Set(disksOf(snapshot.config).map(([, volid]) => volid));
  const orphans = disksOf(guest.config).filter(([, volid]) => !kept.has(volid));
  const section = copySection(snapshot.config, NOT_COPIED);
  keepPresent(section, guest.config);
  for (const [, volid] of orphans) keepUnused(section, volid);
  section.set("parent", snapshot.name);
  for (const name of STATE_OPTIONS) section.delete(name);
  if (section.has("vmgenid")) section.set("vmgenid", lab.random.uuid());
  for (const [, drive] of drivesOf(section)) {
    const volume = findVolume(lab.state, guest.node, drive.file);
    if (volume !== undefined && !isCdrom(drive) && drive.size !== undefined) volume.size = drive.size;
  }
  guest.config = section;
}

/** Deletes a snapshot; what only it held is kept as unused. */
export async function deleteSnapshot(
  lab: LabCore,
  node: string,
  vmid: number,
  name: string,
  task: TaskHandle,
): Promise<void> {
  const guest = loadVm(lab, node, vmid);
  const snapshot = needSnapshot(guest, name);
  await lab.locks.with(lockFile(vmid), () => {
    checkLock(guest);
    guest.config.set("lock", "snapshot-delete");
  });
  // A template with snapshots cannot come about by API; the lock would stay as it does in real life.
  if (isTemplate(guest.config)) throw die("you can't delete a snapshot if vm is a template");
  await task.takes(300);
  const state = snapshot.config.get("vmstate");
  if (state !== undefined) freeVolume(lab.state, node, state);
  dropSnapshot(guest, snapshot);
  guest.config.delete("lock");
  for (const [, volid] of disksOf(snapshot.config)) keepUnused(guest.config, volid);
  written(guest);
}
