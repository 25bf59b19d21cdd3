import { die } from "../errors.ts";
import { isTemplate } from "../qemu/guest.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { applyPending } from "./apply.ts";
import { checkLock, hasSystem, loadContainer, lockFile } from "./container.ts";
import { activate } from "./disks.ts";
import { checkLxcConfig } from "./lxc-config.ts";
import { volumesOf } from "./mount-point.ts";

/** Starts a container while it is locked. */
export async function startContainer(
  lab: LabCore,
  node: string,
  vmid: number,
  task: TaskHandle,
  skiplock = false,
): Promise<void> {
  await lab.locks.with(lockFile(vmid), async () => {
    const guest = loadContainer(lab, node, vmid);
    if (isTemplate(guest.config)) throw die("you can't start a CT if it's a template");
    if (!skiplock && guest.config.get("lock") !== "mounted") checkLock(guest);
    const quota = volumesOf(guest.config).some(([, { options }]) => options.get("quota") === "1");
    if (guest.config.get("unprivileged") === "1" && quota)
      throw die("Quotas are not supported by unprivileged containers.");
    await startLocked(lab, guest, task);
  });
}

async function startLocked(lab: LabCore, guest: LabGuest, task: TaskHandle): Promise<void> {
  applyPending(lab, guest);
  checkLxcConfig(lab, guest);
  activate({ lab, node: guest.node }, guest.config);
  await task.takes(2000);
  powerOn(lab, guest);
}

/** The life of a container begins. */
export function powerOn(lab: LabCore, guest: LabGuest): void {
  guest.runtime = {
    pid: lab.random.int(2000, 400_000),
    startedAt: lab.clock.now(),
    qmpstatus: "running",
    config: new Map(guest.config),
    ignoresShutdown: !hasSystem(lab, guest),
  };
}

/** How a container is to stop. */
export interface StopOptions {
  /** Ends it at once. */
  readonly kill: boolean;
  /** Seconds that it may take to shut down. */
  readonly timeout?: number;
  /** Ends it where it has not shut down in time. */
  readonly force?: boolean;
}

const NEEDS_SECONDS = 3;
const USUAL_TIMEOUT = 60;

/** Stops a container; one that does not run is left alone. */
export async function stopContainer(guest: LabGuest, task: TaskHandle, options: StopOptions): Promise<void> {
  if (guest.runtime === undefined) return;
  const { kill, timeout = USUAL_TIMEOUT, force = false } = options;
  // Without a timeout lxc-stop returns at once, and the end of the container is awaited.
  const enough = timeout === 0 || timeout >= NEEDS_SECONDS;
  const obeys = guest.runtime.ignoresShutdown !== true && enough;
  if (kill) await task.takes(1000);
  else await task.takes((obeys ? NEEDS_SECONDS : timeout) * 1000);
  if (!kill && !obeys && !force) {
    const command = `lxc-stop -n ${guest.vmid} --nokill --timeout ${timeout}`;
    task.log(`command '${command}' failed: exit code 1`);
    throw die("container did not stop");
  }
  guest.runtime = undefined;
}

/** Shuts a container down and starts it again, which applies what was pending. */
export async function restartContainer(
  lab: LabCore,
  node: string,
  vmid: number,
  task: TaskHandle,
  timeout: number | undefined,
): Promise<void> {
  await lab.locks.with(lockFile(vmid), async () => {
    const guest = loadContainer(lab, node, vmid);
    if (guest.runtime === undefined) return;
    await stopContainer(guest, task, {
      kill: false,
      force: true,
      ...(timeout === undefined ? {} : { timeout }),
    });
    await startLocked(lab, guest, task);
  });
}
