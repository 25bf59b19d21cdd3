import type { TaskWorker } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { GUEST_WORDS } from "./words.ts";

/** What the local resource manager does about another state. */
export interface HaFollowUp {
  /** Type of its task. */
  readonly type: string;
  readonly worker: TaskWorker;
}

/** A guest whose state HA is to change. */
export interface HaSubject {
  readonly kind: LabGuest["kind"];
  readonly vmid: number;
}

/**
 * Asks the HA manager for another state. The task of the request ends at once; the guest
 * follows later, in a task of root@pam's, as the local resource manager does it.
 */
export function requestHaState(
  { task: start, lab, node }: LabRequest,
  { kind, vmid }: HaSubject,
  what: "start" | "stop",
  followUp: (guest: LabGuest | undefined) => HaFollowUp | undefined,
): string {
  return start(`ha${what}`, vmid, (task) => {
    task.log(`Requesting HA ${what} for ${GUEST_WORDS[kind].name} ${vmid}`);
    const guest = lab.state.guests.get(vmid);
    if (!lab.state.ha.runs) {
      // A start is written down at once; a stop is but a word to the manager, which is not there to hear it.
      if (guest?.ha !== undefined && what === "start") guest.ha.state = "started";
      return;
    }
    const next = followUp(guest);
    if (guest?.ha !== undefined) guest.ha.state = what === "start" ? "started" : "stopped";
    if (next === undefined) return;
    const own = { node: node.name, type: next.type, id: String(vmid), user: "root@pam" };
    lab.tasks.start(own, async (later) => {
      await later.takes(3000);
      await next.worker(later);
    });
  });
}
