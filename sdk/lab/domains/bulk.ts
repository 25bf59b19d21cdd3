import { paramError, permError } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { migrateGuest } from "./migrate.ts";

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
    requirePrivilege(request, "VM.PowerMgmt");
    return request.task("suspendall", "", (task) => suspendAll(request, task));
  });
  lab.route("POST /nodes/{node}/migrateall", (request) => {
    const { params, node } = request;
    requirePrivilege(request, "VM.Migrate");
    const target = params.need("target");
    if (target === node.name) throw paramError({ target: "target is local node." });
    if (!lab.state.nodes.has(target)) throw paramError({ target: `no such cluster node '${target}'` });
    return request.task("migrateall", "", (task) => migrateAll(request, task, target));
  });
}

/** On everything, or on each guest that is named. */
function requirePrivilege({ params, check, may }: LabRequest, privilege: string): void {
  if (may("/", [privilege])) return;
  const named = params.list("vms");
  if (named.length === 0) throw permError(`/, ${privilege}`);
  for (const vmid of named) check(`/vms/${vmid}`, [privilege]);
}

interface Ordered {
  readonly guest: LabGuest;
  readonly order: number;
  readonly up: number | undefined;
  readonly down: number | undefined;
}

/** Guests of the node in starting order; HA and templates have their own ways. */
function guestsOf({ lab, node, params }: LabRequest, keeps: (guest: LabGuest) => boolean): Ordered[] {
  const only = new Set(params.list("vms").map(Number));
  return [...lab.state.guests.values()]
    .filter((guest) => guest.node === node.name && guest.config.get("template") !== "1")
    .filter((guest) => (only.size === 0 || only.has(guest.vmid)) && keeps(guest))
    .map((guest) => ({ guest, ...startupOf(guest) }))
    .sort((a, b) => a.order - b.order || a.guest.vmid - b.guest.vmid);
}

function startupOf(guest: LabGuest): Omit<Ordered, "guest"> {
  const text = guest.config.get("startup") ?? "";
  const field = (name: string): number | undefined => {
    const found = new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const bare = /^\d+$/.exec(text)?.[0];
  return { order: field("order") ?? Number(bare ?? 99_999), up: field("up"), down: field("down") };
}

function label(guest: LabGuest): string {
  return `${guest.kind === "lxc" ? "CT" : "VM"} ${guest.vmid}`;
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
  const force = request.params.flag("force") || request.params.has("vms");
  const list = guestsOf(
    request,
    (guest) => guest.ha === undefined && (force || guest.config.get("onboot") === "1"),
  );
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

async function stopAll(request: LabRequest, task: TaskHandle): Promise<void> {
  const { params } = request;
  const list = guestsOf(request, (guest) => guest.runtime !== undefined).reverse();
  const force = params.flag("force-stop", true) ? 1 : 0;
  await inParallel(list, async ({ guest, down }) => {
    const timeout = down ?? params.integer("timeout") ?? 180;
    task.log(`Stopping ${label(guest)} (timeout = ${timeout} seconds)`);
    await follow(task, "Stopping", guest, child(request, guest, "shutdown", { timeout, forceStop: force }));
  });
  task.log("All VMs and CTs stopped");
}

async function suspendAll(request: LabRequest, task: TaskHandle): Promise<void> {
  const list = guestsOf(request, (guest) => guest.kind === "qemu" && guest.runtime !== undefined);
  await inParallel(list, async ({ guest }) => {
    task.log(`Suspending ${label(guest)}`);
    await follow(task, "Suspending", guest, child(request, guest, "suspend", { todisk: 1 }));
  });
  task.log("All VMs suspended");
}

async function migrateAll(request: LabRequest, task: TaskHandle, target: string): Promise<void> {
  const list = guestsOf(request, () => true);
  if (list.length === 0) {
    task.log("no virtual guests matched, nothing to do..");
    return;
  }
  await inParallel(list, async ({ guest }) => {
    task.log(`Migrating ${label(guest)}`);
    const type = guest.kind === "qemu" ? "qmigrate" : "vzmigrate";
    const upid = task.child(type, guest.vmid, (each) => migrateGuest(request.lab, each, guest, target));
    await follow(task, "Migrating", guest, Promise.resolve(upid));
  });
  task.log(`All jobs finished, used ${list.length} workers in total.`);
}

async function follow(
  task: TaskHandle,
  doing: string,
  guest: LabGuest,
  upid: Promise<string>,
): Promise<void> {
  try {
    const status = await task.ended(await upid);
    if (isError(status)) task.log(`${doing} ${label(guest)} failed: ${status}`);
  } catch (error) {
    task.log(messageOf(error));
  }
}

/** As many at once as the default of a small node. */
async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all([lane(), lane(), lane(), lane()]);
}

function isError(status: string): boolean {
  return status !== "OK" && !status.startsWith("WARNINGS:");
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
