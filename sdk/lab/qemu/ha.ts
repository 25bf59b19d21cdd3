import type { TaskWorker } from "../tasks/types.ts";
import type { LabRequest } from "../types.ts";
import { startVm, stopVm } from "./run.ts";

/**
 * Asks the HA manager for another state. The task of the request ends at once; the guest
 * follows later, in a task of root@pam's, as the local resource manager does it.
 */
export function requestHa(request: LabRequest, vmid: number, what: "start" | "stop", timeout = 0): string {
  const { lab, node } = request;
  return request.task(`ha${what}`, vmid, (task) => {
    task.log(`Requesting HA ${what} for VM ${vmid}`);
    const guest = lab.state.guests.get(vmid);
    if (guest?.ha !== undefined) guest.ha.state = what === "start" ? "started" : "stopped";
    const follow = (type: string, worker: TaskWorker): void => {
      lab.tasks.start({ node: node.name, type, id: String(vmid), user: "root@pam" }, async (later) => {
        await later.takes(3000);
        await worker(later);
      });
    };
    if (what === "start" && guest?.runtime === undefined)
      follow("qmstart", (later) => startVm(lab, node.name, vmid, later));
    if (what === "stop" && guest?.runtime !== undefined)
      follow(timeout > 0 ? "qmshutdown" : "qmstop", (later) =>
        stopVm(lab, node.name, vmid, later, { shutdown: timeout > 0, timeout, force: true }),
      );
  });
}
