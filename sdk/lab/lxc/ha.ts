import type { TaskWorker } from "../tasks/types.ts";
import type { LabRequest } from "../types.ts";
import { loadContainer } from "./container.ts";
import { startContainer, stopContainer } from "./run.ts";

/**
 * Asks the HA manager for another state. The task of the request ends at once; the container
 * follows later, in a task of root@pam's, as the local resource manager does it.
 */
export function requestHa(request: LabRequest, vmid: number, what: "start" | "stop", timeout = 0): string {
  const { lab, node } = request;
  return request.task(`ha${what}`, vmid, (task) => {
    task.log(`Requesting HA ${what} for CT ${vmid}`);
    const guest = loadContainer(lab, node.name, vmid);
    if (guest.ha !== undefined) guest.ha.state = what === "start" ? "started" : "stopped";
    const follow = (type: string, worker: TaskWorker): void => {
      lab.tasks.start({ node: node.name, type, id: String(vmid), user: "root@pam" }, async (later) => {
        await later.takes(3000);
        await worker(later);
      });
    };
    if (what === "start") follow("vzstart", (later) => startContainer(lab, node.name, vmid, later));
    else if (timeout === 0) follow("vzstop", (later) => stopContainer(guest, later, { kill: true }));
    else follow("vzshutdown", (later) => stopContainer(guest, later, { kill: false, timeout, force: true }));
  });
}
