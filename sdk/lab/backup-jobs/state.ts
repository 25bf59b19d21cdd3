import { splitList } from "../frame/params.ts";
import type { SectionValue } from "../sections.ts";
import type { LabGuest, LabState } from "../types.ts";

/** A property of a job; property strings are kept taken apart. */
export type JobValue = SectionValue | Readonly<Record<string, string | number>>;

/** A backup job, `type` included. */
export type BackupJob = Map<string, JobValue>;

/** The backup jobs by id, in the order of the file. */
export type BackupJobs = Map<string, BackupJob>;

/** VMIDs that a job is for, sorted. Those that are named need not be there. (pve-manager, PVE/VZDump.pm: get_included_guests) */
export function includedGuests(state: LabState, job: BackupJob): readonly number[] {
  const node = job.get("node");
  return namedGuests(state, job)
    .filter((vmid) => {
      const guest = state.guests.get(vmid);
      return node === undefined || guest === undefined || guest.node === node;
    })
    .sort((a, b) => a - b);
}

function namedGuests({ guests, pools }: LabState, job: BackupJob): number[] {
  const excluded = new Set(splitList(String(job.get("exclude") ?? "")).map(Number));
  const pool = job.get("pool");
  if (pool !== undefined) return [...(pools.get(String(pool))?.guests ?? [])];
  const vmids = job.get("vmid");
  if (vmids !== undefined) return splitList(String(vmids)).map(Number);
  return job.get("all") === 1 ? [...guests.keys()].filter((vmid) => !excluded.has(vmid)) : [];
}

/** Takes a guest out of all jobs that name it; a job for nobody else goes too. Answers whether any did. (PVE/VZDump/Plugin.pm) */
export function forgetInJobs({ backupJobs }: LabState, { vmid }: Pick<LabGuest, "vmid">): void {
  for (const [id, job] of backupJobs) {
    const named = job.get("vmid");
    if (named === undefined) continue;
    const left = splitList(String(named)).filter((one) => Number(one) !== vmid);
    if (left.length === 0) backupJobs.delete(id);
    else job.set("vmid", left.join(","));
  }
}
