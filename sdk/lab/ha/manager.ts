import { move as moveContainer } from "../lxc/migrate.ts";
import { startContainer, stopContainer } from "../lxc/run.ts";
import { migrateVm } from "../qemu/migration.ts";
import { startVm, stopVm } from "../qemu/run.ts";
import type { TaskHandle, TaskWorker } from "../tasks/types.ts";
import type { LabCore, LabGuest } from "../types.ts";
import { isHaManaged, requestedState } from "./state.ts";

/** How often the manager looks at what is asked of it, in milliseconds. */
const ROUND = 10_000;

/** How long a guest may take to shut down, in seconds. */
const SHUTDOWN = 180;

/** Whether the manager would act on a guest now. */
function acts({ state }: LabCore, guest: LabGuest): boolean {
  return state.ha.runs && state.ha.disarmed === undefined && isHaManaged(state, guest);
}

/** Starts a task of the manager on the guest's node, in its next round. */
function later({ tasks }: LabCore, { node, vmid }: LabGuest, type: string, worker: TaskWorker): void {
  tasks.start({ node, type, id: String(vmid), user: "root@pam" }, async (task) => {
    await task.takes(ROUND);
    await worker(task);
  });
}

/** Brings a guest into the state that is asked for. (pve-ha-manager, src/PVE/HA/Manager.pm, LRM.pm) */
export function followRequest(lab: LabCore, guest: LabGuest): void {
  if (guest.ha === undefined || !acts(lab, guest)) return;
  const wanted = requestedState(guest.ha);
  const prefix = guest.kind === "qemu" ? "qm" : "vz";
  if (wanted === "started" && guest.runtime === undefined) {
    later(lab, guest, `${prefix}start`, (task) => start(lab, guest, task));
  }
  if ((wanted === "stopped" || wanted === "disabled") && guest.runtime !== undefined) {
    later(lab, guest, `${prefix}shutdown`, (task) => stop(lab, guest, task));
  }
}

/** Brings a guest to another node: `relocate` stops it for that. Nothing happens where the node is not online. */
export function followMove(lab: LabCore, guest: LabGuest, target: string, how: "migrate" | "relocate"): void {
  const isOnline = lab.state.nodes.get(target)?.power === "online";
  if (!isOnline || target === guest.node || !acts(lab, guest)) return;
  later(lab, guest, guest.kind === "qemu" ? "qmigrate" : "vzmigrate", async (task) => {
    const wasRunning = guest.runtime !== undefined;
    if (how === "relocate" && wasRunning) await stop(lab, guest, task);
    if (guest.kind === "lxc")
      await moveContainer(lab, guest, { target, restart: true, timeout: SHUTDOWN }, task);
    else {
      const online = guest.runtime !== undefined;
      const plan = { target, online, withLocalDisks: true, force: false, storageFor: (id: string) => id };
      await migrateVm(lab, guest, plan, task);
    }
    if (how === "relocate" && wasRunning) await start(lab, guest, task);
  });
}

async function start(lab: LabCore, guest: LabGuest, task: TaskHandle): Promise<void> {
  const run = guest.kind === "qemu" ? startVm : startContainer;
  await run(lab, guest.node, guest.vmid, task);
}

async function stop(lab: LabCore, guest: LabGuest, task: TaskHandle): Promise<void> {
  if (guest.kind === "lxc") {
    await stopContainer(guest, task, { kill: false, timeout: SHUTDOWN, force: true });
  } else {
    await stopVm(lab, guest.node, guest.vmid, task, { shutdown: true, timeout: SHUTDOWN, force: true });
  }
}
