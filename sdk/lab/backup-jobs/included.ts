import { paramError } from "../errors.ts";
import { kindOf, mountPointsOf } from "../lxc/mount-point.ts";
import { isCdrom } from "../qemu/drive.ts";
import { drivesOf } from "../qemu/guest.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { includedGuests } from "./state.ts";

interface Volume {
  readonly key: string;
  readonly name: string;
  readonly included: number;
  readonly reason: string;
}

/** The volumes that a job would save, guest by guest. (pve-manager, PVE/API2/Backup.pm: get_volume_backup_included) */
export function includedVolumes({ params, lab: { state }, may }: LabRequest): unknown {
  const id = params.need("id");
  const job = state.backupJobs.get(id);
  if (job === undefined) throw paramError({ id: `No such job '${id}'` });
  const children = includedGuests(state, job)
    .filter((vmid) => may(`/vms/${vmid}`, ["VM.Audit"]))
    .map((vmid) => {
      const guest = state.guests.get(vmid);
      return guest === undefined ? { id: vmid, type: "unknown", leaf: 1 } : entryOf(guest);
    });
  return { children };
}

function entryOf(guest: LabGuest): Record<string, unknown> {
  const volumes = guest.kind === "qemu" ? vmVolumes(guest) : containerVolumes(guest);
  const name = guest.config.get(guest.kind === "qemu" ? "name" : "hostname");
  return {
    ...{ id: guest.vmid, type: guest.kind, leaf: volumes.length === 0 ? 1 : 0 },
    name: name ?? null,
    children: volumes.map(({ key, ...volume }) => ({ id: `${guest.vmid}:${key}`, leaf: 1, ...volume })),
  };
}

/** (qemu-server, src/PVE/QemuConfig.pm: get_backup_volumes) */
function vmVolumes({ config }: LabGuest): readonly Volume[] {
  return drivesOf(config)
    .filter(([, drive]) => !isCdrom(drive))
    .map(([key, { file, options }]) => {
      if (/^efidisk/.test(key) && config.get("bios") !== "ovmf")
        return { key, name: file, included: 0, reason: "efidisk but no OMVF BIOS" };
      const saved = options.get("backup") !== "0";
      return { key, name: file, included: saved ? 1 : 0, reason: `backup=${saved ? "yes" : "no"}` };
    });
}

/** (pve-container, src/PVE/LXC/Config.pm: mountpoint_backup_enabled) */
function containerVolumes({ config }: LabGuest): readonly Volume[] {
  return mountPointsOf(config).map(([key, point]) => {
    const common = { key, name: point.volume };
    if (key === "rootfs") return { ...common, included: 1, reason: "rootfs" };
    if (kindOf(point) !== "volume") return { ...common, included: 0, reason: "not a volume" };
    const saved = point.options.get("backup") === "1";
    return { ...common, included: saved ? 1 : 0, reason: saved ? "enabled" : "disabled" };
  });
}

/** Guests that no job covers. (pve-manager, PVE/API2/Cluster/BackupInfo.pm) */
export function notBackedUp({ lab: { state }, may }: LabRequest): unknown {
  const covered = new Set([...state.backupJobs.values()].flatMap((job) => includedGuests(state, job)));
  return [...state.guests.values()]
    .filter(({ vmid }) => may(`/vms/${vmid}`, ["VM.Audit"]) && !covered.has(vmid))
    .map(({ vmid, kind, config }) => {
      const name = config.get(kind === "qemu" ? "name" : "hostname");
      return { vmid, type: kind, name: name ?? null };
    });
}
