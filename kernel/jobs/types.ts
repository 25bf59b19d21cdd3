import type { CallContext, Plan, WaitOptions } from "../call/types.ts";

/** A Proxmox task that belongs to a step. */
export interface JobTask {
  readonly upid: string;
  readonly node: string;
  state: "running" | "ok" | "warnings" | "failed" | "unknown";
  exitStatus?: string;
  /** For children of a wrapper task: the guest they are about. */
  guest?: string;
}

export type JobStepState = "pending" | "running" | "done" | "failed" | "unknown";

/** One step of a job, as stored; parameters and answers are redacted. */
export interface JobStep {
  readonly id: string;
  readonly what: string;
  state: JobStepState;
  tasks: JobTask[];
  error?: string;
}

export type JobState = "running" | "succeeded" | "failed" | "interrupted" | "outcome_unknown";

/** One run of a plan, as stored in the state directory. Times in milliseconds since the epoch. */
export interface Job {
  readonly id: string;
  readonly tool: string;
  readonly cluster: string;
  readonly subject: string;
  readonly targets: readonly string[];
  readonly createdAt: number;
  /** Process that runs it; another process leaves it alone while that one lives. */
  readonly pid: number;
  updatedAt: number;
  state: JobState;
  steps: JobStep[];
  /** Last lines of the failed task's log, or the error's message. */
  error?: { code: string; message: string; next?: string; lastLines?: string[] };
  warnings?: number;
}

/** A job under way in this process. */
export interface RunningJob {
  readonly job: Job;
  /** Resolves with the ended job; never rejects. */
  readonly ended: Promise<Job>;
}

/** Runs plans and remembers them. */
export interface JobService {
  /**
   * Writes the job, then runs its steps in order. Cancelling the context stops
   * nothing that is on the wire and begins no further step.
   */
  start(plan: Plan, context: CallContext, wait: WaitOptions): Promise<RunningJob>;
  get(id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(filter?: { state?: JobState; limit?: number }): Promise<Job[]>;
  /** Waits until the job ends or the time is over; answers it as it is then. */
  wait(id: string, timeoutMs: number, signal?: AbortSignal): Promise<Job | undefined>;
  /** Log lines of the job's tasks, newest `limit` ones. */
  logs(id: string, options?: { limit?: number; signal?: AbortSignal }): Promise<string[]>;
  /** Stops the running tasks on Proxmox and begins no further step. */
  cancel(id: string): Promise<Job>;
  /** After a start: takes up jobs whose process is gone. */
  recover(): Promise<void>;
  /** Waits for writes on the wire, leaves tasks running. */
  close(): Promise<void>;
}
