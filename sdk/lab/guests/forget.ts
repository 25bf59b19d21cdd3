import { forgetInJobs } from "../backup-jobs/state.ts";
import { forgetResource } from "../ha/rules.ts";
import { haId } from "../ha/state.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { forgetReplication } from "./replicated.ts";
import { GUEST_WORDS } from "./words.ts";

/** Takes a destroyed guest out of everything that names it; out of jobs and HA only where they are purged. */
export function forgetGuest({ state }: LabCore, guest: LabGuest, purge: boolean, task: TaskHandle): void {
  const name = `${GUEST_WORDS[guest.kind].name} ${guest.vmid}`;
  for (const [key, entry] of state.access.acl)
    if (entry.path === `/vms/${guest.vmid}`) state.access.acl.delete(key);
  for (const pool of state.pools.values()) pool.guests.delete(guest.vmid);
  state.firewall.guests.delete(guest.vmid);
  if (purge) {
    task.log(`purging ${name} from related configurations..`);
    forgetReplication(state, guest.vmid);
    forgetInJobs(state, guest);
    if (guest.ha !== undefined) {
      forgetResource(state.ha, haId(guest));
      task.log(`NOTE: removed ${name} from HA resource configuration.`);
    }
  }
  state.guests.delete(guest.vmid);
  state.access.changed();
}
