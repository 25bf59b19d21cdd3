import { requestHaState } from "../guests/request-ha.ts";
import type { LabRequest } from "../types.ts";
import { loadContainer } from "./container.ts";
import { startContainer, stopContainer } from "./run.ts";

/** Asks the HA manager for another state of a container; with a `timeout` in seconds it is shut down. */
export function requestHa(request: LabRequest, vmid: number, what: "start" | "stop", timeout = 0): string {
  const { lab, node } = request;
  return requestHaState(request, { kind: "lxc", vmid }, what, () => {
    const guest = loadContainer(lab, node.name, vmid);
    if (what === "start")
      return { type: "vzstart", worker: (later) => startContainer(lab, node.name, vmid, later) };
    const options = timeout === 0 ? { kill: true } : { kill: false, timeout, force: true };
    return {
      type: timeout === 0 ? "vzstop" : "vzshutdown",
      worker: (later) => stopContainer(guest, later, options),
    };
  });
}
