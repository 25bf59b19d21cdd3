import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabCore, LabGuest } from "../types.ts";
import { isShared } from "../volumes.ts";
import { isCdrom, splitVolid } from "./drive.ts";
import { checkLock, drivesOf, hasLock, written } from "./guest.ts";
import { qemuVersion } from "./run.ts";
import { memoryMiB } from "./size.ts";
import { allocate } from "./storage/allocate.ts";
import { enabledStorage, isFileBased, storageOf } from "./storage/lookup.ts";

/** The storage for the saved memory of a VM: a shared one of its disks, else one of its disks, else `local`. */
export function vmstateStorage(lab: LabCore, guest: LabGuest): string {
  const chosen = guest.config.get("vmstatestorage");
  if (chosen !== undefined) return chosen;
  const found: { shared?: string; local?: string } = {};
  const ids = drivesOf(guest.config)
    .filter(([, drive]) => !isCdrom(drive))
    .flatMap(([, drive]) => splitVolid(drive.file)?.storage ?? []);
  for (const id of [...new Set(ids)].sort()) {
    const storage = storageOf(lab.state, id);
    const kind = isShared(storage) ? "shared" : "local";
    if (found[kind] === undefined || isFileBased(storage)) found[kind] = id;
  }
  return found.shared ?? found.local ?? "local";
}

/** Makes room for the memory of a running VM and notes in `section` what is needed to resume it. */
export function reserveState(
  lab: LabCore,
  guest: LabGuest,
  section: GuestConfig,
  label: string,
  storageId: string,
  log: (line: string) => void,
): void {
  const storage = enabledStorage(lab.state, storageId, guest.node);
  const name = `vm-${guest.vmid}-state-${label}${isFileBased(storage) ? ".raw" : ""}`;
  const size = (memoryMiB(guest.config.get("memory")) * 2 + 500) * 2 ** 20;
  const volume = allocate(
    lab,
    { storage, node: guest.node, vmid: guest.vmid, format: "raw", size, name },
    log,
  );
  section.set("vmstate", volume.volid);
  section.set("runningmachine", `pc-i440fx-${qemuVersion(lab).replace(/\.\d+$/, "")}+pve0`);
  const cards = [...guest.config].filter(([key, value]) => /^net\d+$/.test(key) && /^virtio/.test(value));
  if (cards.length > 0)
    section.set(
      "running-nets-host-mtu",
      cards
        .map(([key]) => `${key}=1500`)
        .sort()
        .join(","),
    );
  section.set("runningcpu", "kvm64,enforce,+kvm_pv_eoi,+kvm_pv_unhalt,+lahf_lm,+sep");
}

/** Fails where a machine has what cannot be saved with its memory. (qemu-server, PVE/QemuMigrate/Helpers.pm) */
export function refuseUnsavable(config: GuestConfig): void {
  const shares = [...config.keys()].some((name) => /^virtiofs\d+$/.test(name));
  const blockers = [...(config.has("amd-sev") ? ["amd-sev"] : []), ...(shares ? ["virtiofs"] : [])];
  if (blockers.length > 0)
    throw die(`Cannot live-migrate, snapshot (with RAM), or hibernate a VM with: ${blockers.join(", ")}`);
}

/** Hibernates: saves the memory and ends the process. */
export async function suspendToDisk(
  lab: LabCore,
  guest: LabGuest,
  storage: string,
  skiplock: boolean,
  task: TaskHandle,
): Promise<void> {
  const backup = hasLock(guest, "backup");
  if (!skiplock && !backup) checkLock(guest);
  if (backup) throw die("cannot suspend to disk during backup");
  refuseUnsavable(guest.config);
  guest.config.set("lock", "suspending");
  const date = new Date(lab.clock.now()).toISOString().slice(0, 10);
  try {
    reserveState(lab, guest, guest.config, `suspend-${date}`, storage, (line) => task.log(line));
  } catch (error) {
    guest.config.delete("lock");
    throw error;
  }
  await task.takes(2000);
  task.log("State saved, quitting");
  guest.runtime = undefined;
  guest.config.set("lock", "suspended");
  written(guest);
}
