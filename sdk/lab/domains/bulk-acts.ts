import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { label, startupOf } from "./bulk-parts.ts";

/** What is done with each guest: its task, or nothing where none is needed. */
export type Act = (guest: LabGuest, task: TaskHandle) => Promise<string | undefined>;

/** One of the actions over guests of the whole cluster. */
export interface Action {
  readonly name: "start" | "shutdown" | "suspend" | "migrate";
  /** As logs begin with it. */
  readonly doing: string;
  /** As logs tell of a guest that it failed with. */
  readonly failing: string;
  readonly order: "up" | "down" | "none";
  readonly workers: number;
  readonly act: (request: LabRequest) => Act;
}

/** Starts a guest's own task as the caller would. */
async function child(
  { lab, caller }: LabRequest,
  guest: LabGuest,
  what: string,
  params: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const given = { node: guest.node, vmid: guest.vmid, ...params };
  return String(await lab.invoke(`POST /nodes/{node}/${guest.kind}/{vmid}/${what}`, given, caller));
}

/** What the caller is told of a guest's state; nothing without the right to see it. */
function seen(
  { may }: LabRequest,
  { vmid, runtime }: LabGuest,
): "running" | "stopped" | "paused" | undefined {
  if (!may(`/vms/${vmid}`, ["VM.Audit"])) return undefined;
  if (runtime === undefined) return "stopped";
  return runtime.qmpstatus === "paused" ? "paused" : "running";
}

const starts = (request: LabRequest): Act => {
  const timeout = request.params.integer("timeout");
  return async (guest, task) => {
    const state = seen(request, guest);
    // A container has no state of QEMU's, and is then resumed like a paused VM.
    const resumes = state === "paused" || (state === "running" && guest.kind === "lxc");
    if (state === "running" && !resumes) {
      task.warn(`Skipping ${label(guest)}, already running.`);
      return undefined;
    }
    task.log(`Starting ${label(guest)}`);
    const limit = timeout !== undefined && !resumes && guest.kind === "qemu" ? { timeout } : {};
    return child(request, guest, `status/${resumes ? "resume" : "start"}`, limit);
  };
};

const shutsDown = (request: LabRequest): Act => {
  const { params } = request;
  const force = params.flag("force-stop", true);
  return async (guest, task) => {
    const state = seen(request, guest);
    if (state === "stopped") {
      task.warn(`Skipping ${label(guest)}, not running.`);
      return undefined;
    }
    if (state === "paused" && !force) {
      task.warn(`Skipping ${label(guest)}, resume paused VM before shutdown.`);
      return undefined;
    }
    const timeout = startupOf(guest).down ?? params.integer("timeout") ?? 180;
    task.log(`Shutting down ${label(guest)} (Timeout = ${timeout} seconds)`);
    return child(request, guest, "status/shutdown", { forceStop: force ? 1 : 0, timeout });
  };
};

const suspends = (request: LabRequest): Act => {
  const { params } = request;
  const storage = params.text("statestorage");
  const toDisk = params.flag("to-disk");
  return async (guest, task) => {
    if (guest.kind !== "qemu") {
      task.warn(`skipping ${guest.vmid}, only VMs can be suspended`);
      return undefined;
    }
    if (seen(request, guest) === "stopped") {
      task.warn(`Skipping ${label(guest)}, not running.`);
      return undefined;
    }
    task.log(`Suspending ${label(guest)}`);
    const given = toDisk && storage !== undefined ? { statestorage: storage } : {};
    return child(request, guest, "status/suspend", { todisk: toDisk ? 1 : 0, ...given });
  };
};

const migrates = (request: LabRequest): Act => {
  const { params } = request;
  const target = params.need("target");
  const online = params.has("online") ? (params.flag("online") ? 1 : 0) : undefined;
  const disks = params.has("with-local-disks")
    ? { "with-local-disks": params.flag("with-local-disks") ? 1 : 0 }
    : {};
  return async (guest, task) => {
    if (guest.node === target) {
      task.warn(`${label(guest)} already on ${target}, skipping.`);
      return undefined;
    }
    task.log(`Migrating ${label(guest)}`);
    if (guest.kind === "lxc")
      return child(request, guest, "migrate", {
        target,
        ...(online === undefined ? {} : { restart: online }),
      });
    return child(request, guest, "migrate", {
      target,
      ...(online === undefined ? {} : { online }),
      ...disks,
    });
  };
};

/** The actions there are. */
export const ACTIONS: readonly Action[] = [
  { name: "start", doing: "Starting", failing: "Starting", order: "up", workers: 4, act: starts },
  {
    name: "shutdown",
    doing: "Shutting down",
    failing: "Stopping",
    order: "down",
    workers: 4,
    act: shutsDown,
  },
  { name: "suspend", doing: "Suspending", failing: "Stopping", order: "down", workers: 4, act: suspends },
  { name: "migrate", doing: "Migrating", failing: "Migrating", order: "none", workers: 1, act: migrates },
];
