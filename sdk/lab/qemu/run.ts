import { die } from "../errors.ts";
import { CONFIG_LOCK_MS } from "../locks.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { applyPending, makeCloudInitImage } from "./apply.ts";
import { isCdrom } from "./drive.ts";
import { checkLock, drivesOf, hasLock, isRunning, isTemplate, loadVm, lockFile, written } from "./guest.ts";
import { checkStart } from "./start-checks.ts";
import { agentEnabled } from "./status.ts";
import { freeVolume } from "./storage/allocate.ts";
import { findVolume } from "./storage/lookup.ts";

/** Version of QEMU on the simulated nodes. */
export function qemuVersion(lab: LabCore): string {
  return lab.state.qemu;
}

/** Options that describe a machine whose memory was saved. */
export const STATE_OPTIONS = ["vmstate", "runningmachine", "runningcpu", "running-nets-host-mtu"];

/** Starts a VM while it is locked. */
export async function startVm(
  lab: LabCore,
  node: string,
  vmid: number,
  task: TaskHandle,
  skiplock = false,
): Promise<void> {
  await lab.locks.with(lockFile(vmid), async () => {
    const guest = loadVm(lab, node, vmid);
    if (isTemplate(guest.config)) throw die("you can't start a vm if it's a template");
    const suspended = hasLock(guest, "suspended");
    if (guest.runtime !== undefined && hasLock(guest, "backup")) {
      guest.runtime.qmpstatus = "running";
      return;
    }
    if (!skiplock && !suspended) checkLock(guest);
    if (guest.runtime !== undefined) throw die(`VM ${vmid} already running`);
    await startLocked(lab, guest, task, suspended || guest.config.has("vmstate"));
  });
}

async function startLocked(lab: LabCore, guest: LabGuest, task: TaskHandle, resume: boolean): Promise<void> {
  const log = (line: string): void => task.log(line);
  applyPending(lab, guest, undefined, log);
  makeCloudInitImage(guest, log);
  if (resume) task.log("Resuming suspended VM");
  checkStart(lab, guest, log);
  await task.takes(1000);
  powerOn(lab, guest);
  if (!resume) return;
  task.log("Resumed VM, removing state");
  dropState(lab, guest);
}

/** Forgets a saved state and removes its volume. */
export function dropState(lab: LabCore, guest: LabGuest): void {
  const state = guest.config.get("vmstate");
  if (state !== undefined) freeVolume(lab.state, guest.node, state);
  for (const name of ["lock", ...STATE_OPTIONS]) guest.config.delete(name);
  written(guest);
}

/** The process of a VM begins. */
export function powerOn(lab: LabCore, guest: LabGuest, qmpstatus = "running"): void {
  const system = hasSystem(lab, guest);
  guest.runtime = {
    pid: lab.random.int(1000, 99_999),
    startedAt: lab.clock.now(),
    qmpstatus,
    config: new Map(guest.config),
    agent: system && agentEnabled(guest),
    ignoresShutdown: !system,
  };
}

/** Whether a system is installed on one of the disks. */
function hasSystem(lab: LabCore, guest: LabGuest): boolean {
  return drivesOf(guest.config).some(([name, drive]) => {
    if (isCdrom(drive) || name === "efidisk0" || name === "tpmstate0") return false;
    const volume = findVolume(lab.state, guest.node, drive.file);
    return volume !== undefined && volume.blank !== true;
  });
}

/** How a VM is to stop. */
export interface StopOptions {
  readonly skiplock?: boolean;
  /** Seconds. */
  readonly timeout?: number | undefined;
  /** Asks the guest instead of pulling the plug. */
  readonly shutdown?: boolean;
  /** Pulls the plug where the guest does not obey. */
  readonly force?: boolean;
}

/** Stops a VM while it is locked; one that does not run is left alone. */
export async function stopVm(
  lab: LabCore,
  node: string,
  vmid: number,
  task: TaskHandle,
  options: StopOptions,
): Promise<void> {
  const stop = () => stopLocked(lab, node, vmid, task, options);
  await lab.locks.with(lockFile(vmid), stop, CONFIG_LOCK_MS);
}

/** Like {@link stopVm}, for those that hold the lock. */
export async function stopLocked(
  lab: LabCore,
  node: string,
  vmid: number,
  task: TaskHandle,
  options: StopOptions,
): Promise<void> {
  if (!isRunning(lab, node, vmid)) return;
  const guest = loadVm(lab, node, vmid);
  if (options.skiplock !== true) checkLock(guest);
  const shutdown = options.shutdown === true;
  if (shutdown && agentEnabled(guest) && guest.runtime?.agent !== true)
    task.log(`QEMU Guest Agent is not running - VM ${vmid} qga command 'guest-ping' failed - got timeout`);
  const obeys = !shutdown || guest.runtime?.ignoresShutdown !== true;
  const timeout = options.timeout ?? downTime(guest, shutdown) ?? 60;
  const needed = shutdown ? 3 : 1;
  const inTime = obeys && needed <= Math.max(timeout, 1);
  await task.takes(1000 * (inTime ? needed : timeout));
  if (!inTime) {
    if (options.force === false || (options.force === undefined && shutdown))
      throw die("VM quit/powerdown failed - got timeout");
    task.log("VM still running - terminating now with SIGTERM");
    await task.takes(1000);
  }
  powerOff(lab, guest);
}

/** The process of a VM ends: what waited for that is applied. */
export function powerOff(lab: LabCore, guest: LabGuest): void {
  guest.runtime = undefined;
  applyPending(lab, guest);
}

function downTime(guest: LabGuest, shutdown: boolean): number | undefined {
  const seconds = /(?:^|,)down=(\d+)/.exec(guest.config.get("startup") ?? "")?.[1];
  return shutdown && seconds !== undefined ? Number(seconds) : undefined;
}
