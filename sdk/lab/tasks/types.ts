/** What the worker of a task can do. */
export interface TaskHandle {
  readonly upid: string;
  /** Aborted when the task is stopped. */
  readonly signal: AbortSignal;
  /** Adds a line to the log. */
  log(line: string): void;
  /** Adds a warning: the task ends as `WARNINGS: n` instead of `OK`. */
  warn(line: string): void;
  /** Lets simulated time pass; rejects when the task is stopped. */
  takes(ms: number): Promise<void>;
  /** Starts another task of the same user on the same node. */
  child(type: string, id: string | number, worker: TaskWorker): string;
  /** Waits for a task to end; answers its exit status. */
  ended(upid: string): Promise<string>;
}

/** Runs a task; what it throws becomes the exit status. */
export type TaskWorker = (task: TaskHandle) => Promise<void> | void;

/** Where and for whom a task runs. */
export interface TaskStart {
  readonly node: string;
  readonly type: string;
  readonly id: string;
  /** `root@pam` or `root@pam!test`. */
  readonly user: string;
}

/** A task, running or ended. Times in seconds since the epoch. */
export interface LabTask extends TaskStart {
  readonly upid: string;
  readonly pid: number;
  readonly pstart: number;
  readonly starttime: number;
  endtime?: number;
  /** Undefined while it runs. */
  exitstatus?: string;
  readonly log: string[];
}

/** The tasks of the cluster. */
export interface LabTasks {
  start(start: TaskStart, worker: TaskWorker): string;
  get(upid: string): LabTask | undefined;
  /** Newest first. */
  all(): readonly LabTask[];
  /** The task whose beginning or end was the last that its node made known. */
  told(node: string): string | undefined;
  /** Stops a running task; it ends as `unexpected status`. */
  stop(upid: string): void;
  /** Answers the exit status once it has ended. */
  ended(upid: string): Promise<string>;
  /** Stops everything and drops the timers. */
  close(): void;
}
