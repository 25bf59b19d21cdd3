import { die } from "../errors.ts";
import type { LabState } from "../types.ts";

function jobsOf({ replication }: LabState, vmid: number): readonly string[] {
  return [...replication].filter(([, job]) => Number(job.get("guest")) === vmid).map(([id]) => id);
}

/** Fails where a guest is replicated. (pve-guest-common, src/PVE/ReplicationConfig.pm: check_for_existing_jobs) */
export function refuseReplicated(state: LabState, vmid: number): void {
  const [id] = jobsOf(state, vmid);
  if (id !== undefined)
    throw die(`There is a replication job '${id}' for guest '${vmid}' - Please remove that first.`);
}

/** Whether a guest is replicated. */
export function isReplicated(state: LabState, vmid: number): boolean {
  return jobsOf(state, vmid).length > 0;
}

/** Forgets the replication of a guest that is gone. */
export function forgetReplication(state: LabState, vmid: number): void {
  for (const id of jobsOf(state, vmid)) state.replication.delete(id);
}
