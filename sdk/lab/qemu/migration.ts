import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabCore, LabGuest } from "../types.ts";
import { isShared, type LabVolume } from "../volumes.ts";
import { owns } from "./apply.ts";
import { isCdrom, printDrive, splitVolid } from "./drive.ts";
import { checkLock, drivesOf, lockFile, unusedOf, written } from "./guest.ts";
import { localResources, mappedResources } from "./migrate-local.ts";
import { renderBytes } from "./size.ts";
import { allocate } from "./storage/allocate.ts";
import { enabledStorage, findVolume, storageOf, usableFormat } from "./storage/lookup.ts";

/** How a VM is to move. */
export interface MigrationOptions {
  readonly target: string;
  readonly online: boolean;
  readonly withLocalDisks: boolean;
  readonly force: boolean;
  /** The storage on the target for one of this node. */
  readonly storageFor: (storage: string) => string;
}

/** Moves a VM to another node, disks of local storages with it. */
export async function migrateVm(
  lab: LabCore,
  guest: LabGuest,
  options: MigrationOptions,
  task: TaskHandle,
): Promise<void> {
  const began = lab.clock.seconds();
  const stamp = (): string => new Date(lab.clock.now()).toISOString().slice(0, 19).replace("T", " ");
  const info = (line: string): void => task.log(`${stamp()} ${line}`);
  const error = (line: string): void => task.log(`${stamp()} ERROR: ${line}`);
  const duration = (): string => new Date((lab.clock.seconds() - began) * 1000).toISOString().slice(11, 19);
  try {
    await lab.locks.with(lockFile(guest.vmid), () => move(lab, guest, options, task, info));
  } catch (fault) {
    if (guest.config.get("lock") === "migrate") guest.config.delete("lock");
    const reason = fault instanceof Error ? fault.message : String(fault);
    error(`migration aborted (duration ${duration()}): ${reason}`);
    throw die("migration aborted");
  }
  info(`migration finished successfully (duration ${duration()})`);
}

async function move(
  lab: LabCore,
  guest: LabGuest,
  options: MigrationOptions,
  task: TaskHandle,
  info: (line: string) => void,
): Promise<void> {
  const node = lab.state.nodes.get(options.target);
  checkLock(guest);
  if (guest.runtime !== undefined && !options.online) throw die("can't migrate running VM without --online");
  const mapped = mappedResources(lab.state, guest);
  const local = localResources(lab.state, guest).filter(
    (name) => guest.runtime !== undefined || mapped[name] === undefined,
  );
  if (local.length > 0 && (guest.runtime !== undefined || !options.force))
    throw die(`can't migrate VM which uses local devices: ${local.join(", ")}`);
  if (node?.power !== "online") throw die("Can't connect to destination address using public key");
  info(`starting migration of VM ${guest.vmid} to node '${options.target}' (${node.ip})`);
  const volumes = localVolumes(lab, guest, options);
  for (const { volume, how } of volumes) info(`found local disk '${volume.volid}' (${how})`);
  guest.config.set("lock", "migrate");
  const moved = new Map<string, string>();
  for (const { volume } of volumes)
    moved.set(volume.volid, await copyVolume(lab, guest, volume, options, task, info));
  if (options.online) await moveMemory(lab, guest, options, task, info);
  for (const { volume } of volumes)
    lab.state.volumes.delete(storageOf(lab.state, volume.storage), guest.node, volume.volid);
  for (const config of [guest.config, guest.pending]) rename(config, moved);
  for (const snapshot of guest.snapshots.values()) rename(snapshot.config, moved);
  guest.config.delete("lock");
  guest.node = options.target;
  written(guest);
}

interface LocalVolume {
  readonly volume: LabVolume;
  readonly how: "attached" | "unused";
}

function localVolumes(lab: LabCore, guest: LabGuest, options: MigrationOptions): readonly LocalVolume[] {
  const found: LocalVolume[] = [];
  const add = (volid: string, how: "attached" | "unused", cdrom: boolean): void => {
    const parts = splitVolid(volid);
    if (parts === undefined || isShared(storageOf(lab.state, parts.storage))) return;
    const volume = findVolume(lab.state, guest.node, volid);
    if (volume === undefined) throw die(`volume '${volid}' does not exist`);
    if (!owns(lab, guest.vmid, volid)) {
      if (cdrom) throw die(`can't migrate local cdrom '${volid}'`);
      throw die(`owned by other VM - can't migrate '${volid}'`);
    }
    if (options.online && how === "attached" && !cdrom && !options.withLocalDisks)
      throw die("can't live migrate attached local disks without with-local-disks option");
    enabledStorage(lab.state, options.storageFor(parts.storage), options.target);
    if (!found.some((one) => one.volume === volume)) found.push({ volume, how });
  };
  for (const [, drive] of drivesOf(guest.config)) {
    if (drive.file === "cdrom") throw die("can't migrate local cdrom drive");
    add(drive.file, "attached", isCdrom(drive));
  }
  for (const [, volid] of unusedOf(guest.config)) add(volid, "unused", false);
  return found;
}

async function copyVolume(
  lab: LabCore,
  guest: LabGuest,
  volume: LabVolume,
  options: MigrationOptions,
  task: TaskHandle,
  info: (line: string) => void,
): Promise<string> {
  const storage = storageOf(lab.state, options.storageFor(volume.storage));
  info(`copying local disk image '${volume.volid}'`);
  const copy =
    storage.id === volume.storage
      ? lab.state.volumes.put(storage, options.target, volume)
      : allocate(
          lab,
          {
            storage,
            node: options.target,
            vmid: guest.vmid,
            format: usableFormat(storage, volume.format),
            size: volume.size,
            blank: volume.blank === true,
          },
          info,
        );
  await task.takes(Math.ceil((volume.size / 2 ** 32) * 1000));
  info(`volume '${volume.volid}' is '${copy.volid}' on the target`);
  return copy.volid;
}

async function moveMemory(
  lab: LabCore,
  guest: LabGuest,
  options: MigrationOptions,
  task: TaskHandle,
  info: (line: string) => void,
): Promise<void> {
  info(`starting VM ${guest.vmid} on remote node '${options.target}'`);
  await task.takes(1000);
  info("start remote tunnel");
  info(`starting online/live migration on unix:/run/qemu-server/${guest.vmid}.migrate`);
  const total = renderBytes(512 * 2 ** 20);
  for (const share of [0.25, 0.5, 0.75]) {
    await task.takes(500);
    info(`migration active, transferred ${renderBytes(512 * 2 ** 20 * share)} of ${total} VM-state`);
  }
  info("average migration speed: 256.0 MiB/s - downtime 42 ms");
  info("migration status: completed");
  const { runtime } = guest;
  if (runtime !== undefined) guest.runtime = { ...runtime, pid: lab.random.int(1000, 99_999) };
}

function rename(config: GuestConfig, moved: ReadonlyMap<string, string>): void {
  for (const [name, drive] of drivesOf(config)) {
    const fresh = moved.get(drive.file);
    if (fresh === undefined) continue;
    drive.file = fresh;
    config.set(name, printDrive(drive));
  }
  for (const [name, volid] of unusedOf(config)) config.set(name, moved.get(volid) ?? volid);
}
