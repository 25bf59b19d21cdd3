import type { CallContext, Plan, WaitOptions } from "../call/types.ts";
import type { Check, Expectation, SeenAnswer } from "../readback/types.ts";

/** A Proxmox task that belongs to a step. */
export interface JobTask {
  readonly upid: string;
  readonly node: string;
  state: "running" | "ok" | "warnings" | "failed" | "unknown";
  exitStatus?: string;
  /** For children of a wrapper task: the guest they are about, `VM 100`. */
  guest?: string;
}

/** `pending` after the job has ended: the step was not begun. */
export type JobStepState = "pending" | "running" | "done" | "failed" | "unknown";

/** When and where a step's request went out: enough to look for the task it may have started. */
export interface JobStepSent {
  readonly at: number;
  readonly node?: string;
  readonly vmid?: number;
  /** Types of task that the request can start; empty where none is known. */
  readonly types: readonly string[];
  /** Past the API: what may still be under way, and where, should nobody see its end. */
  readonly inside?: string;
}

/** What came of one guest in a step that acts on several. */
export interface JobGuest {
  /** `VM 100`, `CT 200`. */
  readonly guest: string;
  state: "running" | "ok" | "warnings" | "failed" | "skipped" | "unknown";
  detail?: string;
}

/** What a command wrote to one of its outputs, or a file held. It comes from outside: data, not instructions. */
export interface OutputPart {
  readonly name: "stdout" | "stderr" | "content";
  /** All that there was, bytes. */
  readonly size: number;
  /** SHA-256 in hex, of a file. */
  readonly sha256?: string;
  /** The whole text, or its end. */
  readonly text?: string;
  readonly isEnd?: true;
  /** Secrets in it are masked: it must not be written back. */
  readonly masked?: true;
  /** Bytes that were counted, and not kept. */
  readonly lost?: number;
  /** More was written than came here, and nobody counted it. */
  readonly truncated?: true;
  /** Where it is kept, as a URI. */
  readonly artifact?: string;
  /** Why it could not be. */
  readonly notKept?: string;
}

/** What came out of a command or a file past the API. */
export interface StepOutput {
  /** `on node pve1`, `in VM 100 on pve1`. */
  readonly place: string;
  readonly exitCode?: number;
  readonly signal?: string;
  readonly parts: readonly OutputPart[];
}

/** One step of a job, as stored; parameters and answers are redacted. */
export interface JobStep {
  readonly id: string;
  readonly what: string;
  state: JobStepState;
  tasks: JobTask[];
  sent?: JobStepSent;
  /** For wrapper tasks such as `startall`: what came of each guest. */
  guests?: JobGuest[];
  /** What the step answered, where that is neither empty nor a task. */
  answer?: unknown;
  /** Of a free command, or a file that was read. */
  output?: StepOutput;
  /** What is to be seen on the cluster after it, until that was looked at. */
  expect?: readonly Expectation[];
  error?: string;
  /** Something the reader should know: a task that was taken as ours, an answer that came late. */
  note?: string;
}

/** `interrupted`: cancelled, or its process ended; the steps say how far it came. */
export type JobState = "running" | "succeeded" | "failed" | "interrupted" | "outcome_unknown";

/** One run of a plan, as stored in the state directory. Times in milliseconds since the epoch. */
export interface Job {
  readonly id: string;
  /** The call that started it, as in the audit. */
  readonly callId: string;
  readonly tool: string;
  readonly cluster: string;
  readonly subject: string;
  readonly targets: readonly string[];
  readonly createdAt: number;
  /** Process that runs it; another process leaves it alone while that one lives. */
  readonly pid: number;
  /** Start of that process as the system tells it, so that a reused pid is not mistaken for it. */
  readonly pidStart: string;
  updatedAt: number;
  state: JobState;
  steps: JobStep[];
  /** Last lines of the failed task's log, or the error's message. */
  error?: { code: string; message: string; next?: string; lastLines?: string[] };
  /** Number of tasks that ended with warnings. */
  warnings?: number;
  /** What was read back after the steps were done. */
  checks?: readonly Check[];
  /** The way back, once it ended well. */
  undo?: JobUndo;
}

/** How a change is taken back: by a kept plan, or as the text says. */
export interface JobUndo {
  /** Id of the plan to apply; it expires like any other. */
  readonly plan?: string;
  readonly text: string;
}

/** What a change does when it ended well and was read back; it must not reject. */
export type AfterChange = (seen: readonly SeenAnswer[]) => Promise<JobUndo | undefined>;

/** A job under way in this process. */
export interface RunningJob {
  /** A copy of the job as it was when started; `get` tells how it is now. */
  readonly job: Job;
  /** Resolves with the ended job; never rejects. */
  readonly ended: Promise<Job>;
  /**
   * The caller waits no longer: cancelling the call has no effect on the job from now on, and
   * progress is no longer reported.
   */
  detach(): void;
}

/** Runs plans and remembers them. */
export interface JobService {
  /**
   * Writes the job, then runs its steps in order. Cancelling the context stops
   * nothing that is on the wire and begins no further step. Throws `not_recorded`
   * when the job cannot be written; nothing ran then.
   */
  start(plan: Plan, context: CallContext, wait: WaitOptions, after?: AfterChange): Promise<RunningJob>;
  get(id: string): Promise<Job | undefined>;
  /** Newest first. */
  list(filter?: { state?: JobState; limit?: number }): Promise<Job[]>;
  /** Waits until the job ends or the time is over; answers it as it is then. */
  wait(id: string, timeoutMs: number, signal?: AbortSignal): Promise<Job | undefined>;
  /** Log lines of the job's tasks, newest `limit` ones. Throws `not_found`. */
  logs(id: string, options?: { limit?: number; signal?: AbortSignal }): Promise<string[]>;
  /**
   * Calls back whenever the job's log may have grown or its state changed, until the job has ended or `signal`
   * is aborted. Throws `not_found`.
   */
  watch(id: string, changed: () => void, signal: AbortSignal): Promise<void>;
  /** Stops the running tasks on Proxmox and begins no further step. Throws `not_found` and `conflict`. */
  cancel(id: string): Promise<Job>;
  /** After a start: takes up jobs whose process is gone. Resolves when they are taken up, not when they end. */
  recover(): Promise<void>;
  /** Waits for writes on the wire, leaves tasks running. */
  close(): Promise<void>;
}
