import { isToolError } from "../../sdk/errors.ts";
import { RestFault } from "../transports/types.ts";
import { Backoff, pause } from "./pause.ts";
import { ClusterTasks, type TaskStatus } from "./tasks.ts";
import type { JobTask } from "./types.ts";

/** How following goes on. */
export interface FollowOptions {
  readonly pollIntervalMs: number;
  /** How long a task may go without news of it before its outcome counts as unknown. */
  readonly silenceMs: number;
  /** Aborted when this process stops following; the task runs on. */
  readonly stop: AbortSignal;
  /** Gets new log lines as they come; without it the log of a good task is never read. */
  readonly onLines?: (lines: readonly string[]) => void | Promise<void>;
  /** Called after each look at the running task. */
  readonly onPoll?: () => Promise<void>;
}

/** Thrown inside a job when this process stops following it. */
export class FollowingStopped extends Error {}

/** Lines kept from the end of a log, for errors. */
const LAST_LINES = 10;
/** Bound on pages of one log. */
const MAX_PAGES = 200;

/** Reads a task's log on from where it was. */
export class TaskLog {
  readonly #tasks: ClusterTasks;
  readonly #task: { node: string; upid: string };
  #next = 0;
  readonly last: string[] = [];

  constructor(tasks: ClusterTasks, task: { node: string; upid: string }) {
    this.#tasks = tasks;
    this.#task = task;
  }

  /** New lines since the last time; `keep` bounds how many last lines are remembered. */
  async read(signal?: AbortSignal, keep = LAST_LINES): Promise<string[]> {
    const fresh: string[] = [];
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const lines = await this.#tasks.log(this.#task, this.#next, signal);
      this.#next += lines.length;
      for (const line of lines) fresh.push(line);
      if (!ClusterTasks.isFullPage(lines)) break;
    }
    this.last.push(...fresh.slice(-keep));
    this.last.splice(0, this.last.length - keep);
    return fresh;
  }
}

/** What an exit status means: `OK` and `WARNINGS: n` are good. */
export function judge(exitStatus: string): "ok" | "warnings" | "failed" {
  if (exitStatus === "OK") return "ok";
  return /^WARNINGS: \d+$/.test(exitStatus) ? "warnings" : "failed";
}

/**
 * Follows a task to its end and writes its state into `task`; answers the last lines of its log.
 * Nodes that do not answer are asked again until `silenceMs` is over. Throws {@link FollowingStopped}.
 */
export async function followTask(
  tasks: ClusterTasks,
  task: JobTask,
  options: FollowOptions,
): Promise<readonly string[]> {
  const log = new TaskLog(tasks, task);
  const backoff = new Backoff(options.pollIntervalMs);
  let heard = Date.now();
  for (;;) {
    await pause(backoff.next(), options.stop);
    if (options.stop.aborted) throw new FollowingStopped();
    const status = await look(tasks, task, options.stop);
    if (status !== "silent") heard = Date.now();
    if (status === "silent" && Date.now() - heard < options.silenceMs) continue;
    if (typeof status === "string")
      return giveUp(task, status === "silent" ? "no news of it in time" : status);
    const ended = status.exitStatus === undefined ? "running" : judge(status.exitStatus);
    if (options.onLines || ended === "failed") await passLines(log, options);
    await options.onPoll?.();
    if (status.exitStatus === undefined) continue;
    task.state = ended;
    task.exitStatus = status.exitStatus;
    return log.last;
  }
}

function giveUp(task: JobTask, why: string): readonly string[] {
  task.state = "unknown";
  task.exitStatus = why;
  return [];
}

async function passLines(log: TaskLog, options: FollowOptions): Promise<void> {
  const lines = await log.read(options.stop).catch(() => []);
  if (lines.length > 0) await options.onLines?.(lines);
}

/** The status, `silent` when asking again may help, else the reason why it never will. */
async function look(
  tasks: ClusterTasks,
  task: JobTask,
  stop: AbortSignal,
): Promise<TaskStatus | "silent" | (string & {})> {
  try {
    const status = await tasks.status(task, stop);
    // Right after its end a task may not have its exit status yet.
    return status.running || status.exitStatus !== undefined ? status : "silent";
  } catch (error) {
    if (isToolError(error)) return error.message;
    if (!(error instanceof RestFault)) throw error;
    const isRefusal = error.kind === "answer" && (error.status ?? 500) < 500;
    return isRefusal ? `its status cannot be read: ${error.reason}` : "silent";
  }
}
