import { limitsOf, usageOf } from "../domains/guest-stats.ts";
import { die } from "../errors.ts";
import type { LabRequest } from "../types.ts";

type Frames = Readonly<Record<string, readonly [points: number, seconds: number]>>;

/** Points and seconds between them, by time frame. (pve-manager, PVE/RRD.pm) */
const FRAMES: Frames = {
  hour: [60, 60],
  day: [1440, 60],
  week: [336, 1800],
  month: [1440, 1800],
  year: [1440, 21_600],
  decade: [570, 604_800],
};

/** Releases before 9 kept less. */
const FORMER: Frames = {
  hour: [70, 60],
  day: [70, 1800],
  week: [70, 10_800],
  month: [70, 43_200],
  year: [70, 604_800],
};

/** The times of a time frame's points, oldest first, in seconds since the epoch. */
export function rrdTimes({ params, lab }: LabRequest): readonly number[] {
  const frames = lab.release.major >= 9 ? FRAMES : FORMER;
  const [count, step] = frames[params.need("timeframe")] ?? [60, 60];
  const last = Math.floor(lab.clock.seconds() / step) * step;
  return Array.from({ length: count }, (_, index) => last - (count - 1 - index) * step);
}

/** GET rrddata of a VM or container: a flat line of the present use, gaps where the VM did not run. */
export function rrdData(request: LabRequest): unknown {
  const { lab, params } = request;
  const vmid = params.need("vmid");
  const guest = lab.state.guests.get(Number(vmid));
  if (guest === undefined) {
    const file = `/var/lib/rrdcached/db/${lab.release.major < 9 ? "pve2-vm" : "pve-vm-9.0"}/${vmid}`;
    throw die(`RRD error: opening '${file}': No such file or directory`);
  }
  const limits = limitsOf(guest, lab.state.nodes.get(guest.node));
  const { cpus: maxcpu, maxmem, maxdisk } = limits;
  const { cpu, mem, disk } = usageOf(lab, guest, limits);
  const load = { cpu, mem, disk, netin: 200, netout: 100, diskread: 0, diskwrite: 0 };
  const began = guest.runtime === undefined ? Number.POSITIVE_INFINITY : guest.runtime.startedAt / 1000;
  return rrdTimes(request).map((time) => ({
    ...{ time, maxcpu, maxmem, maxdisk, disk: 0 },
    ...(began <= time ? load : {}),
    ...(began <= time && guest.kind === "qemu" ? { memhost: mem } : {}),
  }));
}
