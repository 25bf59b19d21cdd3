import { isToolError } from "../../sdk/errors.ts";
import { RestFault } from "../transports/types.ts";
import { TaskLog } from "./follow.ts";
import type { ClusterTasks } from "./tasks.ts";
import type { Job } from "./types.ts";

/** How often the logs of a running job are looked at, milliseconds. */
const LOOK_MS = 1_000;

/** What watching needs. */
export interface JobWatch {
  /** The job when it has ended or this many milliseconds are over. */
  readonly look: (timeoutMs: number) => Promise<Job | undefined>;
  readonly tasks: ClusterTasks;
  readonly changed: () => void;
  readonly signal: AbortSignal;
}

/** Calls back on new log lines and new states until the job has ended. Only lines not yet seen are asked for. */
export async function watchJob({ look, tasks, changed, signal }: JobWatch): Promise<void> {
  const logs = new Map<string, TaskLog>();
  let seen: string | undefined;
  for (;;) {
    const job = await look(seen === undefined ? 0 : LOOK_MS);
    if (job === undefined || signal.aborted) return;
    const grown = await haveGrown(job, logs, tasks, signal);
    const state = stateOf(job);
    const isNew = seen !== undefined && (grown || state !== seen);
    seen = state;
    if (signal.aborted) return;
    if (isNew) changed();
    if (job.state !== "running") return;
  }
}

async function haveGrown(
  job: Job,
  logs: Map<string, TaskLog>,
  tasks: ClusterTasks,
  signal: AbortSignal,
): Promise<boolean> {
  let grown = false;
  for (const task of job.steps.flatMap((step) => step.tasks)) {
    const log = logs.get(task.upid) ?? new TaskLog(tasks, task);
    logs.set(task.upid, log);
    const fresh = await log.read(signal, 0).catch(nothingYet);
    grown ||= fresh.length > 0;
  }
  return grown;
}

/** A log that cannot be read now may be later; the job itself goes on. */
function nothingYet(error: unknown): string[] {
  if (error instanceof RestFault || isToolError(error)) return [];
  throw error;
}

function stateOf({ state, steps }: Job): string {
  const tasks = steps.flatMap((step) => step.tasks.map(({ upid, state: is }) => `${upid}=${is}`));
  return [state, ...steps.map((step) => step.state), ...tasks].join(" ");
}
