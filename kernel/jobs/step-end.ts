import type { ErrorCode } from "../../sdk/errors.ts";
import { isPveProtection, PVE_PROTECTION_NEXT } from "../call/pve-protection.ts";
import type { ClusterAccess } from "../tokens.ts";
import { stopTasks } from "./cancel.ts";
import { type FollowOptions, followTask } from "./follow.ts";
import { onlineNodes } from "./search.ts";
import { requestedByHa, settle } from "./settle.ts";
import type { ClusterTasks } from "./tasks.ts";
import type { JobGuest, JobStep, JobTask } from "./types.ts";
import { parseUpid, type Upid } from "./upid.ts";
import { WrapperChildren } from "./wrapper.ts";
import { isClusterWide, isWrapper } from "./wrapper-log.ts";

/** What following needs to know of its surroundings. */
export interface Following {
  readonly cluster: ClusterAccess;
  readonly tasks: ClusterTasks;
  readonly pollIntervalMs: number;
  /** How long to go without news, milliseconds. */
  readonly silenceMs: number;
  readonly stop: AbortSignal;
  /** Reports log lines to whoever waits; missing where nobody does. */
  readonly report?: (message: string) => void;
  readonly isCancelled: () => Promise<boolean>;
  /** Writes the job down; never rejects. */
  readonly save: () => Promise<void>;
}

/** How a step ended. */
export type StepEnd =
  | { readonly state: "done" }
  | {
      readonly state: "failed" | "unknown";
      readonly code: ErrorCode;
      readonly message: string;
      readonly next?: string;
      readonly lastLines?: readonly string[];
    };

/** Follows a step's task, its children and what it only asked for, to the end. */
export async function followStepTask(following: Following, step: JobStep, upid: Upid): Promise<StepEnd> {
  const task = taskOf(step, upid);
  await following.save();
  const children = isWrapper(upid.type) ? new WrapperChildren(upid, step) : undefined;
  const lastLines = await followTask(following.tasks, task, optionsFor(following, step, upid, children));
  if (children) await followChildren(following, upid, children);
  const own = endOfTask(upid, task, lastLines);
  if (own.state === "failed" && step.guests && step.guests.length > 0) {
    return { ...own, message: `${own.message}${guestsReport(step.guests)}` };
  }
  if (own.state !== "done") return own;
  const managed = await checkManaged(following, step);
  return managed ?? endOfGuests(step.guests ?? []);
}

function taskOf(step: JobStep, { upid, node }: Upid): JobTask {
  const known = step.tasks.find((task) => task.upid === upid);
  if (known) return known;
  const task: JobTask = { upid, node, state: "running" };
  step.tasks.push(task);
  return task;
}

function optionsFor(
  following: Following,
  step: JobStep,
  upid: Upid,
  children: WrapperChildren | undefined,
): FollowOptions {
  const { pollIntervalMs, silenceMs, stop, report, tasks } = following;
  let isStopped = false;
  const onPoll = async () => {
    if (children?.isOpen) await updateChildren(following, upid, children);
    // Whoever cancels stops the tasks that are recorded by then; a task that came later is stopped here.
    if (isStopped || !(await following.isCancelled())) return;
    isStopped = true;
    await stopTasks(tasks, step.tasks).catch(() => undefined);
  };
  const base = { pollIntervalMs, silenceMs, stop, onPoll };
  if (children === undefined && report === undefined) return base;
  return {
    ...base,
    onLines: (lines) => {
      children?.observe(lines);
      if (report) reportLast(report, lines);
    },
  };
}

function reportLast(report: (message: string) => void, lines: readonly string[]): void {
  const last = lines.at(-1);
  if (last !== undefined) report(last);
}

async function followChildren(following: Following, upid: Upid, children: WrapperChildren): Promise<void> {
  if (children.isOpen) await updateChildren(following, upid, children);
  const { pollIntervalMs, silenceMs, stop } = following;
  await Promise.all(
    children.running.map((task) => followTask(following.tasks, task, { pollIntervalMs, silenceMs, stop })),
  );
  children.close();
  await following.save();
}

async function updateChildren(following: Following, upid: Upid, children: WrapperChildren): Promise<void> {
  const { cluster, tasks, stop } = following;
  const nodes = isClusterWide(upid.type) ? await onlineNodes(cluster, stop).catch(() => []) : [upid.node];
  // A node that does not answer now is asked again with the next look.
  const lists = await Promise.allSettled(nodes.map((node) => tasks.list(node, upid.startTime, stop)));
  children.update(lists.flatMap((list) => (list.status === "fulfilled" ? list.value : [])));
  await following.save();
}

/** The HA manager's tasks only ask for a state: the guests have to reach it. */
async function checkManaged(following: Following, step: JobStep): Promise<StepEnd | undefined> {
  for (const task of step.tasks) {
    const upid = parseUpid(task.upid);
    const want = upid && task.state === "ok" ? requestedByHa(upid) : undefined;
    if (upid === undefined || want === undefined) continue;
    const end = await settleStep(following, want, upid.startTime * 1000);
    if (end.state === "done") continue;
    const guest = step.guests?.find((entry) => entry.guest === task.guest);
    if (guest) Object.assign(guest, { state: end.state, detail: end.message });
    return end;
  }
  return undefined;
}

/** Verifies what must be seen on the cluster after a step. */
export async function settleStep(
  following: Following,
  want: Parameters<typeof settle>[2],
  since: number,
): Promise<StepEnd> {
  const { cluster, tasks, pollIntervalMs, silenceMs, stop, isCancelled } = following;
  const options = { pollIntervalMs, timeoutMs: silenceMs, since, stop, isCancelled };
  const { outcome, seen } = await settle(cluster, tasks, want, options);
  cluster.inventory.forget();
  if (outcome === "seen") return { state: "done" };
  const wanted =
    want.kind === "guest"
      ? `guest ${want.vmid} ${want.status}`
      : `node ${want.node} ${want.goes === "down" ? "going down" : "going down and coming back"}`;
  if (outcome === "cancelled") {
    return {
      state: "unknown",
      code: "cancelled",
      message: `Waiting for ${wanted} was cancelled; last seen: ${seen}.`,
    };
  }
  return {
    state: "failed",
    code: "task_failed",
    message: `Proxmox VE took the request, but ${wanted} was not seen in time; last seen: ${seen}.`,
    next: "Look at the object and at the tasks of its node.",
  };
}

function endOfTask(upid: Upid, task: JobTask, lastLines: readonly string[]): StepEnd {
  const what = `Task ${upid.type}${upid.id === "" ? "" : ` ${upid.id}`} on ${upid.node}`;
  if (task.state === "ok" || task.state === "warnings") return { state: "done" };
  if (task.state === "unknown" || task.state === "running") {
    return {
      state: "unknown",
      code: "outcome_unknown",
      message: `${what} was started, but how it ended is not known: ${task.exitStatus ?? "not seen"}.`,
      next: `Look at task ${upid.upid} and at the object before doing anything again.`,
    };
  }
  return {
    state: "failed",
    code: "task_failed",
    message: `${what} failed: ${task.exitStatus ?? "no exit status"}.`,
    next: isPveProtection(task.exitStatus ?? "")
      ? PVE_PROTECTION_NEXT
      : "The last log lines say why; job_logs has the rest.",
    lastLines,
  };
}

function endOfGuests(guests: readonly JobGuest[]): StepEnd {
  if (guests.some(({ state }) => state === "failed")) {
    return {
      state: "failed",
      code: "task_failed",
      message: `The task ended well, but not for every guest.${guestsReport(guests)}`,
      next: "What worked stays done; see job_logs for the others.",
    };
  }
  if (!guests.some(({ state }) => state === "unknown")) return { state: "done" };
  return {
    state: "unknown",
    code: "outcome_unknown",
    message: `The task ended well, but what came of some guests is not known.${guestsReport(guests)}`,
    next: "Look at these guests before doing anything again.",
  };
}

function guestsReport(guests: readonly JobGuest[]): string {
  const bad = guests.filter(({ state }) => state === "failed" || state === "unknown");
  if (bad.length === 0) return "";
  const list = bad.map(({ guest, state, detail }) => `${guest} ${state}${detail ? ` (${detail})` : ""}`);
  return ` ${bad.length} of ${guests.length} guests: ${list.join("; ")}.`;
}
