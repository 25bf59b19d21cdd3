import { requestHaState } from "../guests/request-ha.ts";
import type { LabRequest } from "../types.ts";
import { startVm, stopVm } from "./run.ts";

/** Asks the HA manager for another state of a VM; with a `timeout` in seconds it is shut down. */
export function requestHa(request: LabRequest, vmid: number, what: "start" | "stop", timeout = 0): string {
  const { lab, node } = request;
  return requestHaState(request, { kind: "qemu", vmid }, what, (guest) => {
    if ((what === "start") !== (guest?.runtime === undefined)) return undefined;
    if (what === "start") return { type: "qmstart", worker: (later) => startVm(lab, node.name, vmid, later) };
    const options = { shutdown: timeout > 0, timeout, force: true };
    return {
      type: timeout > 0 ? "qmshutdown" : "qmstop",
      worker: (later) => stopVm(lab, node.name, vmid, later, options),
    };
  });
}
