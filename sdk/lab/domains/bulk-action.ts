import { die, permError } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { ACTIONS, type Act, type Action } from "./bulk-acts.ts";
import { inParallel, isError, label, messageOf, type Ordered, startupOf } from "./bulk-parts.ts";

const PATH = "/cluster/bulk-action/guest";

/** Bulk actions over the cluster. (pve-manager, PVE/API2/Cluster/BulkAction/Guest.pm) */
export function registerBulkActions(lab: LabCore): void {
  for (const action of ACTIONS) {
    lab.route(`POST ${PATH}/${action.name}`, (request) => {
      const privilege = action.name === "migrate" ? "VM.Migrate" : "VM.PowerMgmt";
      onNamed(request, privilege);
      if (action.name === "suspend") suspendRights(request);
      return request.task(`bulk-${action.name}`, "", (task) => run(request, action, task));
    });
  }
}

/** On each guest that is named, else on everything. */
function onNamed({ params, check, may }: LabRequest, privilege: string): void {
  const named = params.list("vms");
  if (named.length === 0 && !may("/", [privilege])) throw permError(`/, ${privilege}`);
  for (const vmid of named) check(`/vms/${vmid}`, [privilege]);
}

function suspendRights(request: LabRequest): void {
  const { params, check } = request;
  if (!params.flag("to-disk")) return;
  onNamed(request, "VM.Config.Disk");
  const storage = params.text("statestorage");
  if (storage !== undefined) check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
}

async function run(request: LabRequest, action: Action, task: TaskHandle): Promise<void> {
  const { params, lab } = request;
  const named = params.list("vms");
  const to = action.name === "migrate" ? ` to ${params.need("target")}` : "";
  const which = named.length > 0 ? `guests${to}: ${named.join(", ")}` : `all guests${to}`;
  task.log(`${action.doing} ${which}`);
  const most =
    params.integer("max-workers") ?? Number(lab.state.datacenter.get("max_workers") ?? action.workers);
  const act = action.act(request);
  const failed: number[] = [];
  for (const group of groupsOf(lab, named.map(Number), action.order)) {
    await inParallel(
      group,
      async (each) => {
        if (!(await one(each, action, act, task))) failed.push(each.guest.vmid);
      },
      most,
    );
  }
  if (failed.length === 0) return;
  const colon = action.order === "down" ? "" : ":";
  throw die(`Some guests failed to ${action.name}${colon} ${failed.join(", ")}`);
}

/** Guests in the order of their turns; those of one turn run together. Templates only move. */
function groupsOf(
  lab: LabCore,
  only: readonly number[],
  order: Action["order"],
): readonly (readonly Ordered[])[] {
  const turns = new Map<number, Ordered[]>();
  const guests = [...lab.state.guests.values()].sort((a, b) => a.vmid - b.vmid);
  for (const guest of guests) {
    if (only.length > 0 && !only.includes(guest.vmid)) continue;
    if (order !== "none" && guest.config.get("template") === "1") continue;
    const placed = { guest, ...startupOf(guest) };
    const turn = order === "none" ? 0 : placed.order;
    turns.set(turn, [...(turns.get(turn) ?? []), placed]);
  }
  const sign = order === "down" ? -1 : 1;
  return [...turns].sort(([a], [b]) => sign * (a - b)).map(([, group]) => group);
}

/** False where it failed. */
async function one({ guest, up }: Ordered, action: Action, act: Act, task: TaskHandle): Promise<boolean> {
  try {
    const upid = await act(guest, task);
    if (upid === undefined) return true;
    const status = await task.ended(upid);
    if (!isError(status)) {
      if (action.name === "start" && up !== undefined && up > 0) {
        task.log(`Waiting for ${up} seconds (startup delay)`);
        await task.takes(up * 1000);
      }
      return true;
    }
    task.warn(`${action.failing} ${label(guest)} failed: ${status}`);
  } catch (error) {
    if (task.signal.aborted) throw error;
    task.warn(messageOf(error));
  }
  return false;
}
