import { ToolError } from "../../sdk/errors.ts";
import type { AfterChange, Job, JobService, RunningJob } from "../jobs/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";
import { runReads } from "./execute-reads.ts";
import type { RecordedCall, Recorder } from "./record.ts";
import { jobError, shapeNothingToDo, shapeRunning, shapeSuccess } from "./shape-job.ts";
import type { CallAnswer, CallContext, Plan, WaitOptions } from "./types.ts";
import { cancelled } from "./upstream-errors.ts";

/** How long a call waits in the mode `auto` before it hands back the job. */
export const AUTO_WAIT_MS = 20_000;

/** What running a plan needs. */
export interface ExecuteParts {
  readonly cluster: ClusterAccess;
  readonly jobs: JobService;
  readonly recorder: Recorder;
  readonly redactor: Redactor;
  /** Makes an answer of what a read answered. */
  readonly shape: (result: unknown) => Promise<CallAnswer>;
  readonly call: RecordedCall;
  readonly wait: WaitOptions;
  /** What to do when the change ended well. */
  readonly after?: AfterChange | undefined;
  /** Told once the change has begun, with the job that makes it. */
  readonly begun?: ((job: string) => void) | undefined;
}

/** Runs a checked and confirmed plan; recorded before it begins and when it has really ended. */
export async function execute(plan: Plan, context: CallContext, parts: ExecuteParts): Promise<CallAnswer> {
  if (plan.steps.length === 0) {
    parts.recorder.called(parts.call);
    return shapeNothingToDo(plan);
  }
  if (plan.risk === "read") {
    const answer = await runReads(
      plan,
      parts.cluster,
      { signal: context.signal, timeoutMs: parts.wait.timeoutMs },
      parts.shape,
    );
    parts.recorder.called(parts.call);
    return answer;
  }
  const running = await begin(plan, context, parts);
  return await follow(running, plan, context, parts);
}

async function begin(plan: Plan, context: CallContext, parts: ExecuteParts): Promise<RunningJob> {
  const { recorder, call } = parts;
  if (context.signal.aborted) throw cancelled(plan.tool);
  await recorder.before(call, plan);
  try {
    if (context.signal.aborted) throw cancelled(plan.tool);
    const running = await parts.jobs.start(plan, context, parts.wait, parts.after);
    parts.begun?.(running.job.id);
    // The change ends when its job does, which can be long after the call was answered.
    void running.ended.then((job) => {
      parts.cluster.inventory.forget();
      recorder.after(call, plan, job);
    });
    return running;
  } catch (error) {
    recorder.afterWithoutJob(call, plan, error);
    throw new Recorded(error);
  }
}

/** An error that the audit already has. */
export class Recorded extends Error {
  constructor(cause: unknown) {
    super("recorded", { cause });
  }
}

async function follow(
  running: RunningJob,
  plan: Plan,
  context: CallContext,
  { wait, redactor, jobs }: ExecuteParts,
): Promise<CallAnswer> {
  const outcome = await firstOf(running, waitingTime(wait), context.signal);
  if (outcome === "cancelled") throw new Recorded(leftRunning(running.job, plan));
  if (outcome === "over") {
    running.detach();
    return shapeRunning((await jobs.get(running.job.id)) ?? running.job, redactor);
  }
  if (outcome.state !== "succeeded") throw new Recorded(jobError(outcome));
  return shapeSuccess(outcome, redactor);
}

function waitingTime({ mode, timeoutMs }: WaitOptions): number {
  if (mode === "deferred") return 0;
  return mode === "auto" ? Math.min(AUTO_WAIT_MS, timeoutMs) : timeoutMs;
}

/** The ended job, or why we stopped waiting for it. */
async function firstOf(
  running: RunningJob,
  waitMs: number,
  signal: AbortSignal,
): Promise<Job | "over" | "cancelled"> {
  if (waitMs === 0) return "over";
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const stopped = new Promise<"over" | "cancelled">((resolve) => {
    timer = setTimeout(() => resolve("over"), waitMs);
    onAbort = () => resolve("cancelled");
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([running.ended, stopped]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener("abort", onAbort);
  }
}

function leftRunning(job: Job, plan: Plan): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message: `The call was cancelled after ${plan.tool} had begun. What was sent is finished by Proxmox VE; no further step begins.`,
    next: `Look at job ${job.id} with job_get for what was done; job_cancel stops a task that still runs.`,
    details: { job: job.id },
  });
}
