import { die, paramError } from "../errors.ts";
import { abortShutdowns } from "../guests/abort-shutdowns.ts";
import { isHaManaged as managed } from "../ha/state.ts";
import { CONFIG_LOCK_MS } from "../locks.ts";
import { rootOnly } from "../qemu/power.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { checkLock, findContainer, isRunning, loadContainer, lockFile, vmidOf } from "./container.ts";
import { requestHa } from "./ha.ts";
import { powerOn, restartContainer, startContainer, stopContainer } from "./run.ts";

function needRunning({ lab, node }: LabRequest, vmid: number, what = "CT"): void {
  if (!isRunning(lab, node.name, vmid)) throw die(`${what} ${vmid} not running`);
}

function needStopped({ lab, node }: LabRequest, vmid: number): void {
  if (isRunning(lab, node.name, vmid)) throw die(`CT ${vmid} already running`);
}

function isHaManaged({ lab, node }: LabRequest, vmid: number): boolean {
  return managed(lab.state, findContainer(lab, node.name, vmid));
}

/** POST status/start. */
export function start(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock");
  needStopped(request, vmid);
  if (isHaManaged(request, vmid)) return requestHa(request, vmid, "start");
  return request.task("vzstart", vmid, (task) =>
    startContainer(lab, node.name, vmid, task, params.flag("skiplock")),
  );
}

/** POST status/stop. */
export function stop(request: LabRequest): unknown {
  const { params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock");
  needRunning(request, vmid);
  const overrule = params.flag("overrule-shutdown");
  if (isHaManaged(request, vmid)) {
    if (overrule) throw paramError({ "overrule-shutdown": "Not applicable for HA resources." });
    return requestHa(request, vmid, "stop");
  }
  return request.task("vzstop", vmid, async (task) => {
    if (overrule) abortShutdowns(request, "lxc", vmid, (line) => task.log(line));
    await whileLocked(request, vmid, async (guest) => {
      if (!params.flag("skiplock") && guest.config.get("lock") !== "mounted") checkLock(guest);
      await stopContainer(guest, task, { kill: true });
    });
  });
}

/** POST status/shutdown. */
export function shutdown(request: LabRequest): unknown {
  const { params } = request;
  const vmid = vmidOf(request);
  needRunning(request, vmid);
  const timeout = params.integer("timeout") ?? 60;
  if (isHaManaged(request, vmid)) return requestHa(request, vmid, "stop", timeout);
  return request.task("vzshutdown", vmid, (task) =>
    whileLocked(request, vmid, async (guest) => {
      checkLock(guest);
      await stopContainer(guest, task, { kill: false, timeout, force: params.flag("forceStop") });
    }),
  );
}

/** POST status/reboot. */
export function reboot(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  needRunning(request, vmid, "VM");
  return request.task("vzreboot", vmid, (task) =>
    restartContainer(lab, node.name, vmid, task, params.integer("timeout")),
  );
}

/** Containers whose processes were written to disk. */
const checkpoints = new WeakMap<LabCore, Set<LabGuest>>();

function checkpointsOf(lab: LabCore): Set<LabGuest> {
  const known = checkpoints.get(lab) ?? new Set();
  checkpoints.set(lab, known);
  return known;
}

/** POST status/suspend: writes the processes to disk and ends them. */
export function suspend(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  needRunning(request, vmid);
  return request.task("vzsuspend", vmid, (task) =>
    whileLocked(request, vmid, async (guest) => {
      checkLock(guest);
      await task.takes(2000);
      guest.runtime = undefined;
      checkpointsOf(request.lab).add(guest);
    }),
  );
}

/** POST status/resume: of what was never suspended nothing can be brought back. */
export function resume(request: LabRequest): unknown {
  const { lab, node } = request;
  const vmid = vmidOf(request);
  needStopped(request, vmid);
  return request.task("vzresume", vmid, async (task) => {
    await task.takes(1000);
    const guest = findContainer(lab, node.name, vmid);
    if (guest === undefined || !checkpointsOf(lab).delete(guest))
      throw die(
        `command 'lxc-checkpoint -n ${vmid} -r --foreground -D /var/lib/vz/dump' failed: exit code 1`,
      );
    powerOn(lab, guest);
  });
}

async function whileLocked(
  { lab, node }: LabRequest,
  vmid: number,
  work: (guest: LabGuest) => Promise<void>,
): Promise<void> {
  await lab.locks.with(lockFile(vmid), () => work(loadContainer(lab, node.name, vmid)), CONFIG_LOCK_MS);
}
