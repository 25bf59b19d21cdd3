import { check, endNotApplied } from "./end-checked.ts";
import { type JobEnvironment, saveJob } from "./environment.ts";
import { FollowingStopped } from "./follow.ts";
import { findLost } from "./lost-answer.ts";
import { type Following, followStepTask, type StepEnd } from "./step-end.ts";
import type { Job, JobStep } from "./types.ts";
import { parseUpid, type Upid } from "./upid.ts";

/** How often tasks of a taken-up job are asked for, milliseconds. */
const POLL_MS = 2000;

/**
 * Ends a job whose process is gone: follows what it started, begins nothing, and says how far it came.
 * Never rejects. Without an environment (the cluster is no longer configured) nothing can be asked.
 */
export async function endAbandoned(
  job: Job,
  environment: JobEnvironment | undefined,
  pollIntervalMs = POLL_MS,
): Promise<void> {
  for (const step of job.steps) {
    if (step.state !== "running") continue;
    if (step.sent === undefined) {
      // It is written down before a request goes out, so none did.
      step.state = "pending";
      continue;
    }
    try {
      const end = environment
        ? await endStep(step, environment, followingOf(job, environment, pollIntervalMs))
        : unknownEnd("Its cluster is no longer configured.");
      step.state = end.state;
      if (end.state !== "done") step.error = end.message;
    } catch (error) {
      if (error instanceof FollowingStopped) return;
      environment?.logger.error(`job ${job.id}: ${String(error)}`);
      step.state = "unknown";
    }
  }
  try {
    if (environment && !(await check(job, environment))) return endNotApplied(job);
  } catch (error) {
    if (error instanceof FollowingStopped) return;
    throw error;
  }
  job.state = "interrupted";
  job.error = {
    code: job.steps.some(({ state }) => state === "unknown") ? "outcome_unknown" : "cancelled",
    message: `The process that ran this job ended before it was through. ${progressOf(job.steps)}`,
    next: "Look at the object; call the tool again only for what is still wanted.",
  };
}

function followingOf(job: Job, environment: JobEnvironment, pollIntervalMs: number): Following {
  const { cluster, tasks, silenceMs, stop, store } = environment;
  return {
    cluster,
    tasks,
    silenceMs,
    stop,
    pollIntervalMs,
    isCancelled: () => store.isCancelRequested(job.id),
    save: () => saveJob(environment, job),
  };
}

async function endStep(step: JobStep, environment: JobEnvironment, following: Following): Promise<StepEnd> {
  const inside = step.sent?.inside;
  if (inside !== undefined) return unknownEnd(`It was sent, and its end was not seen: ${inside}.`);
  const upid = ownTask(step) ?? (await lostTask(step, environment, following));
  return upid
    ? followStepTask(following, step, upid)
    : unknownEnd("It may have been sent; its answer was not seen.");
}

/** The task that the step's answer named; those of guests are its children. */
function ownTask(step: JobStep): Upid | undefined {
  return parseUpid(step.tasks.find(({ guest }) => guest === undefined)?.upid);
}

async function lostTask(
  step: JobStep,
  environment: JobEnvironment,
  following: Following,
): Promise<Upid | undefined> {
  if (step.sent === undefined) return undefined;
  const known = await environment.knownTasks();
  const found = await findLost(following, step.sent, environment.user, known, undefined);
  if (found.kind !== "task") return undefined;
  step.note = `Its answer was not seen. Task ${found.upid.upid} is the only one that it can have started, and is taken as its own.`;
  return found.upid;
}

function unknownEnd(message: string): StepEnd {
  return { state: "unknown", code: "outcome_unknown", message };
}

function progressOf(steps: readonly JobStep[]): string {
  const last = steps.findLast(({ state }) => state === "done");
  const notBegun = steps.filter(({ state }) => state === "pending");
  const done = last ? `Last step done: ${last.id} (${last.what}).` : "No step is known to be done.";
  const rest =
    notBegun.length > 0 ? `Not begun: ${notBegun.map(({ id }) => id).join(", ")}.` : "No step was left.";
  return `${done} ${rest}`;
}
