/** A task as the lists and its own status answer it; times in seconds since the epoch. */
export interface Task {
  readonly upid: string;
  readonly node: string;
  readonly type: string;
  readonly id?: string;
  readonly user: string;
  readonly starttime: number;
  readonly endtime?: number;
  /** In lists: how it ended. In the task's own status: `running` or `stopped`. */
  readonly status?: string;
  readonly exitstatus?: string;
}

/** What became of a task, in one word. */
export function outcome(end: string | undefined): "running" | "ok" | "warnings" | "failed" {
  if (end === undefined || end === "RUNNING") return "running";
  if (end === "OK") return "ok";
  return /^WARNINGS: \d+$/.test(end) ? "warnings" : "failed";
}
