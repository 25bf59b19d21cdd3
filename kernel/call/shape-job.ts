import { ERROR_CODES, type ErrorCode, ToolError } from "../../sdk/errors.ts";
import type { Job, JobStep } from "../jobs/types.ts";
import { checkLines, undoLines } from "../readback/tell.ts";
import type { Redactor } from "../secrets/redact.ts";
import { oneLine } from "./one-line.ts";
import { outputLines } from "./shape-output.ts";
import type { CallAnswer, Plan } from "./types.ts";
import { duration, humanise } from "./units.ts";

/** The answer to a change that ended well; warnings are told, and are no failure. */
export function shapeSuccess(job: Job, redactor: Redactor): CallAnswer {
  const warnings = job.warnings ? ` with ${job.warnings} warning${job.warnings === 1 ? "" : "s"}` : "";
  const lines = [
    `Done${warnings}: ${job.tool} on ${job.targets.map(oneLine).join(", ")}`,
    `job: ${job.id} (${duration((job.updatedAt - job.createdAt) / 1000)})`,
    ...job.steps.map(stepLine),
    ...outputLines(job.steps),
    ...checkLines(job.checks).map(oneLine),
    ...undoLines(job.undo).map(oneLine),
  ];
  return { text: redactor.text(lines.join("\n")), isError: false, data: { job: redactor.value(job) } };
}

/** The answer for a job that still runs: how to follow it. */
export function shapeRunning(job: Job, redactor: Redactor): CallAnswer {
  const lines = [
    `Running: ${job.tool} on ${job.targets.map(oneLine).join(", ")}. It is not finished yet.`,
    `job: ${job.id}`,
    ...job.steps.map(stepLine),
    "Follow it with job_wait or job_get and this job id; job_logs shows its log. Do not call the tool again for it.",
  ];
  return { text: redactor.text(lines.join("\n")), isError: false, data: { job: redactor.value(job) } };
}

/** A change that needs no step. */
export function shapeNothingToDo(plan: Plan): CallAnswer {
  return {
    text: `Nothing to do: ${plan.tool} found everything as wanted. Nothing was changed.`,
    isError: false,
    data: { steps: [] },
  };
}

/** The error of a job that did not succeed. */
export function jobError(job: Job): ToolError {
  const { error } = job;
  return new ToolError({
    code: error ? codeOf(error.code) : FALLBACK[job.state],
    message: `${error?.message ?? `The job ended as ${job.state}.`} ${progressOf(job)}`.trim(),
    next: error?.next ?? NEXT[job.state],
    details: {
      job: job.id,
      state: job.state,
      steps: job.steps.map(stepLine),
      ...outputDetail(job),
      ...(job.checks && job.checks.length > 0 ? { checks: checkLines(job.checks) } : {}),
      ...(error?.lastLines ? { lastLines: error.lastLines } : {}),
    },
  });
}

function outputDetail({ steps }: Job): { readonly output?: readonly string[] } {
  const lines = outputLines(steps);
  return lines.length === 0 ? {} : { output: lines };
}

const FALLBACK: Readonly<Record<Job["state"], ErrorCode>> = {
  running: "outcome_unknown",
  succeeded: "internal",
  failed: "task_failed",
  interrupted: "cancelled",
  outcome_unknown: "outcome_unknown",
};

const LOOK =
  "Look at the object and the task list before doing anything again; do not repeat the call blindly.";

const NEXT: Readonly<Record<Job["state"], string>> = {
  running: LOOK,
  succeeded: LOOK,
  failed: "Read the last lines of the log (job_logs has more), remove the cause, then call again.",
  interrupted: "See which steps were done; plan the rest anew.",
  outcome_unknown: LOOK,
};

function codeOf(code: string): ErrorCode {
  return ERROR_CODES.find((known) => known === code) ?? "task_failed";
}

function progressOf({ steps }: Job): string {
  const done = steps.filter(({ state }) => state === "done").map(({ id }) => id);
  const notBegun = steps.filter(({ state }) => state === "pending").map(({ id }) => id);
  if (steps.length < 2) return "";
  const parts = [
    done.length > 0 ? `Done before: ${done.join(", ")}.` : "",
    notBegun.length > 0 ? `Not begun: ${notBegun.join(", ")}.` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function stepLine({ id, what, state, tasks, error, guests, answer, note }: JobStep): string {
  const parts = [
    `${id} ${state}: ${what}`,
    ...tasks.map(({ upid, state: taskState, exitStatus }) => `task ${upid} ${exitStatus ?? taskState}`),
    ...(guests ?? []).map(
      ({ guest, state: guestState, detail }) => `${guest} ${guestState}${detail ? ` (${detail})` : ""}`,
    ),
    ...(answer === undefined ? [] : [`answer ${humanise(answer)}`]),
    ...(error === undefined ? [] : [error]),
    ...(note === undefined ? [] : [note]),
  ];
  return oneLine(parts.join("; "));
}
