import { die, paramError } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import {
  follow,
  guestsOf,
  inParallel,
  isError,
  label,
  messageOf,
  type Ordered,
  requirePrivilege,
} from "./bulk-parts.ts";
import { migrateAll } from "./migrate-all.ts";

/** Start, stop, suspend and migrate all guests of a node: one task with a child for each guest. */
export function registerBulk(lab: LabCore): void {
  lab.route("POST /nodes/{node}/startall", (request) => {
    requirePrivilege(request, "VM.PowerMgmt");
    return request.task("startall", "", (task) => startAll(request, task));
  });
  lab.route("POST /nodes/{node}/stopall", (request) => {
    requirePrivilege(request, "VM.PowerMgmt");
    return request.task("stopall", "", (task) => stopAll(request, task));
  });
  lab.route("POST /nodes/{node}/suspendall", (request) => {
    requirePrivilege(request, "VM.PowerMgmt", ["VM.Config.Disk"]);
    return request.task("suspendall", "", (task) => suspendAll(request, task));
  });
  lab.route("POST /nodes/{node}/migrateall", (request) => {
    const { params, node } = request;
    requirePrivilege(request, "VM.Migrate");
    const target = params.need("target");
    if (target === node.name) throw paramError({ target: "target is local node." });
    if (!lab.state.nodes.has(target)) throw die(`no such cluster node '${target}'`);
    return request.task("migrateall", "", (task) => migrateAll(request, task, target));
  });
}

async function child(
  request: LabRequest,
  guest: LabGuest,
  action: string,
  params: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const key = `POST /nodes/{node}/${guest.kind}/{vmid}/status/${action}`;
  const given = { node: request.node.name, vmid: guest.vmid, ...params };
  return String(await request.lab.invoke(key, given, request.caller));
}

async function startAll(request: LabRequest, task: TaskHandle): Promise<void> {
  const force = request.params.flag("force");
  const list = guestsOf(request, (guest) => force || guest.config.get("onboot") === "1");
  for (const { guest, up } of list) {
    task.signal.throwIfAborted();
    if (guest.runtime !== undefined) continue;
    task.log(`Starting ${label(guest)}`);
    try {
      const status = await task.ended(await child(request, guest, "start"));
      if (isError(status)) task.log(`Starting ${label(guest)} failed: ${status}`);
      else {
        const delay = up ?? (guest.kind === "qemu" ? 3 : 0);
        if (up !== undefined && up > 0) task.log(`Waiting for ${up} seconds (startup delay)`);
        await task.takes(delay * 1000);
      }
    } catch (error) {
      if (task.signal.aborted) throw error;
      task.log(messageOf(error));
    }
  }
}

/** Guests of one place in the order go together, so many at once; those of the next wait for them. */
async function inTurns(
  { params, lab: { state }, node }: LabRequest,
  list: readonly Ordered[],
  work: (each: Ordered) => Promise<void>,
): Promise<void> {
  const most = params.integer("max-workers") ?? Number(state.datacenter.get("max_workers") ?? node.cpus);
  for (const order of new Set(list.map((each) => each.order))) {
    const turn = list.filter((each) => each.order === order);
    await inParallel(turn, work, most);
  }
}

async function stopAll(request: LabRequest, task: TaskHandle): Promise<void> {
  const { params } = request;
  const list = guestsOf(request, (guest) => guest.runtime !== undefined).reverse();
  const force = params.flag("force-stop", true) ? 1 : 0;
  await inTurns(request, list, async ({ guest, down }) => {
    const timeout = down ?? params.integer("timeout") ?? 180;
    task.log(`Stopping ${label(guest)} (timeout = ${timeout} seconds)`);
    await follow(task, "Stopping", guest, child(request, guest, "shutdown", { timeout, forceStop: force }));
  });
}

async function suspendAll(request: LabRequest, task: TaskHandle): Promise<void> {
  const list = guestsOf(request, () => true).reverse();
  await inTurns(request, list, async ({ guest }) => {
    if (guest.kind !== "qemu") {
      task.warn(`skipping ${guest.vmid}, only VMs can be suspended`);
      return;
    }
    if (guest.runtime === undefined) {
      task.log(`VM ${guest.vmid} not running, skipping suspension`);
      return;
    }
    task.log(`Suspending ${label(guest)}`);
    await follow(task, "Suspending", guest, child(request, guest, "suspend", { todisk: 1 }));
  });
}
