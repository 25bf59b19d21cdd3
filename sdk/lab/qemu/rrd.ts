import { limitsOf, usageOf } from "../domains/guest-stats.ts";
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
  const guest = lab.state.guests.get(Number(params.need("vmid")));
  const rows: Record<string, unknown>[] = [];
  const limits = guest === undefined ? undefined : limitsOf(guest, lab.state.nodes.get(guest.node));
  for (const time of rrdTimes(request)) {
    const row: Record<string, unknown> = { time };
    if (guest !== undefined && limits !== undefined) {
      Object.assign(row, { maxcpu: limits.cpus, maxmem: limits.maxmem, maxdisk: limits.maxdisk, disk: 0 });
      const ran = guest.runtime !== undefined && guest.runtime.startedAt / 1000 <= time;
      if (ran) {
        const { cpu, mem, disk } = usageOf(lab, guest, limits);
        Object.assign(row, { cpu, mem, disk, netin: 200, netout: 100, diskread: 0, diskwrite: 0 });
        if (guest.kind === "qemu") row.memhost = mem;
      }
    }
    rows.push(row);
  }
  return rows;
}
