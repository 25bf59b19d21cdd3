import { isToolError, ToolError } from "../../sdk/errors.ts";
import { isWithin } from "../../sdk/risk.ts";
import { type Detour, isStepRef } from "../../sdk/steps.ts";
import { privilegesText } from "../../vendor/pve-docs/index.ts";
import type { ConfigDigests } from "../call/digests.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { PlanStep } from "../call/types.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import { promises } from "../readback/promises.ts";
import { runCli, shortened } from "../transports/cli/run.ts";
import { RestFault } from "../transports/types.ts";
import type { JobEnvironment } from "./environment.ts";
import { FollowingStopped } from "./follow.ts";
import { type Found, findLost } from "./lost-answer.ts";
import { fillReferences } from "./references.ts";
import { sentNow } from "./search.ts";
import { sendInside, underWay } from "./send-inside.ts";
import { type Following, followStepTask, type StepEnd, settleStep } from "./step-end.ts";
import type { JobStep } from "./types.ts";
import { parseUpid, type Upid } from "./upid.ts";

/** Longest answer kept with a step, in characters of JSON. */
const MAX_ANSWER = 4096;

/** What a command past the API gets to end in when the server stops, milliseconds. */
const STOP_GRACE_MS = 2_000;

/** How often a command under way looks whether its job was cancelled, milliseconds. */
const CANCEL_POLL_MS = 250;

/** One step under way. */
export interface StepRun {
  readonly environment: JobEnvironment;
  readonly following: Following;
  readonly digests: ConfigDigests;
  /** Answers so far; the step adds its own. */
  readonly answers: Map<string, unknown>;
  /** Whose artifacts are meant. */
  readonly subject: string;
  readonly planned: PlanStep;
  readonly step: JobStep;
}

/** A step's end; `late` where its own answer may still come. */
export type StepRunEnd = StepEnd & { readonly late?: Promise<unknown> };

/** Sends a step and sees it through: its answer, its task, and what has to be seen afterwards. */
export async function runStep(run: StepRun): Promise<StepRunEnd> {
  const { planned, step, environment, following } = run;
  const sent = Date.now();
  try {
    const params = await parametersOf(run);
    step.sent = sentNow({ ...planned.step, isTask: planned.endpoint.task === true }, params);
    const { over } = planned.step;
    // Nothing past the API starts a task, though what stands closest to it there may.
    if (over !== undefined && over.by !== "cli")
      step.sent = { at: step.sent.at, types: [], inside: underWay(over.place) };
    step.expect = await expected(run, params);
    await following.save();
    const answer = await send(run, params);
    return await afterAnswer(run, answer, sent);
  } catch (error) {
    const isAnswer = error instanceof RestFault && error.kind === "answer";
    // What closing cut off is for the next process to find out.
    if (environment.stop.aborted && !isAnswer) throw new FollowingStopped();
    const late = error instanceof RestFault ? error.late : undefined;
    const end = endOf(error, planned);
    if (end.code !== "outcome_unknown" || step.sent === undefined || isInside(planned)) return end;
    const known = await environment.knownTasks();
    const found = await findLost(following, step.sent, environment.user, known, late);
    return afterFound(run, found, end, sent, late);
  }
}

/** What a step's answer leads to: a task to follow, or something to keep. */
export async function afterAnswer(run: StepRun, answer: unknown, since: number): Promise<StepEnd> {
  const { planned, step, answers, environment } = run;
  answers.set(step.id, answer);
  const upid = planned.step.method === "GET" ? undefined : parseUpid(answer);
  // What a command wrote, or a file holds, is with the step as output, marked as data.
  if (upid === undefined && !isOutput(planned)) keepAnswer(step, answer);
  environment.cluster.inventory.forget();
  return afterTask(run, upid, since);
}

async function afterTask(run: StepRun, upid: Upid | undefined, since: number): Promise<StepEnd> {
  const { planned, step, environment, following } = run;
  if (upid !== undefined) {
    const end = await followStepTask(following, step, upid);
    environment.cluster.inventory.forget();
    if (end.state !== "done") return end;
  }
  const { settle } = planned.step;
  return settle === undefined ? { state: "done" } : settleStep(following, settle, since);
}

async function afterFound(
  run: StepRun,
  found: Found,
  lost: StepEnd & { state: "failed" | "unknown" },
  since: number,
  late: Promise<unknown> | undefined,
): Promise<StepRunEnd> {
  const { step, planned } = run;
  switch (found.kind) {
    case "answer":
      step.note = "Its answer came late.";
      return afterAnswer(run, found.answer, since);
    case "fault":
      return endOf(found.error, planned);
    case "task":
      step.note = `Its answer was not seen. Task ${found.upid.upid} is the only one that it can have started, and is taken as its own.`;
      run.answers.set(step.id, found.upid.upid);
      return afterTask(run, found.upid, since);
    case "unknown": {
      const list = found.candidates.join(", ");
      const tasks = list === "" ? "No task that it started was found." : `These tasks can be it: ${list}.`;
      return { ...lost, state: "unknown", message: `${lost.message} ${tasks}`, ...(late ? { late } : {}) };
    }
  }
}

async function parametersOf({
  planned,
  answers,
  digests,
  environment,
}: StepRun): Promise<Record<string, unknown>> {
  const params = fillReferences(planned.step.params, answers);
  if (Object.values(planned.step.params).some(isStepRef)) await checkFilled(planned, params, environment);
  const digest = await digests.before(planned);
  if (digest !== undefined) params.digest = digest;
  return params;
}

async function expected({ planned, environment }: StepRun, params: Record<string, unknown>) {
  return promises(planned, params, await environment.cluster.catalog());
}

/** What earlier answers filled in was not there to be judged when planning. */
async function checkFilled(
  planned: PlanStep,
  params: Record<string, unknown>,
  { cluster }: JobEnvironment,
): Promise<void> {
  const catalog = await cluster.catalog();
  const faults = catalog.check(planned.endpoint, params);
  const isHigher = !isWithin(catalog.risk(planned.endpoint, params), planned.risk);
  if (faults.length === 0 && !isHigher) return;
  const list = faults.map(({ param, message }) => `${param}: ${message.trim()}`).join("; ");
  throw new ToolError({
    code: "invalid_plan",
    message: isHigher
      ? `With the earlier answers filled in, ${planned.shownPath} has a higher risk than planned.`
      : `With the earlier answers filled in, ${planned.shownPath} does not take its parameters: ${list}.`,
    next: "What was done so far stays done; look at the object before calling again.",
  });
}

async function send(run: StepRun, params: Record<string, unknown>): Promise<unknown> {
  const { planned, environment } = run;
  const { endpoint, step } = planned;
  const { rest } = environment.cluster;
  if (step.over !== undefined) return environment.onWire(sendOver(run, step.over, params));
  if (step.method === "GET") return rest.read({ endpoint, params, signal: environment.stop });
  // Without the caller's signal: what is on the wire is finished, and its answer is wanted.
  if (step.file === undefined) return environment.onWire(rest.write({ endpoint, params }));
  const file = await environment.uploads.open(run.subject, step.file, environment.stop);
  const writing = rest.write({ endpoint, params, file });
  void overOf(writing).then(() => file.close());
  return environment.onWire(writing);
}

/** A command runs to its end whatever becomes of the call; cancelling the job ends its processes. */
async function sendOver(
  { environment, following, subject, step }: StepRun,
  over: Detour,
  params: Record<string, unknown>,
): Promise<unknown> {
  const stop = new AbortController();
  const look = setInterval(() => {
    void following.isCancelled().then((isCancelled) => {
      if (isCancelled) stop.abort();
    });
  }, CANCEL_POLL_MS);
  try {
    if (over.by !== "cli") {
      const inside = { environment, subject, step, signal: stop.signal, save: () => following.save() };
      return await unlessLeft(sendInside(over, inside), environment.stop);
    }
    const bounds = { signal: stop.signal, timeoutMs: environment.silenceMs };
    return shortened(await runCli(environment.cluster.ssh, over, params, bounds));
  } finally {
    clearInterval(look);
  }
}

/**
 * A command can run for hours, and a server that stops does not wait for it: whoever takes up the job says where it
 * may still run. Throws {@link FollowingStopped} then.
 */
async function unlessLeft<T>(running: Promise<T>, stop: AbortSignal): Promise<T> {
  let leave: (() => void) | undefined;
  const left = new Promise<never>((_, reject) => {
    leave = () => void setTimeout(() => reject(new FollowingStopped()), STOP_GRACE_MS);
    if (stop.aborted) leave();
    stop.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([running, left]);
  } finally {
    if (leave) stop.removeEventListener("abort", leave);
    left.catch(() => undefined);
  }
}

/** Resolves when a write is off the wire; one that nobody waits for any more goes on reading its file. */
async function overOf(writing: Promise<unknown>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    const late = error instanceof RestFault ? error.late : undefined;
    await late?.catch(() => undefined);
  }
}

/** The end that an error makes; anything but ToolError and RestFault is thrown on. */
export function endOf(
  error: unknown,
  { step, shownPath, privileges }: PlanStep,
): StepEnd & { state: "failed" | "unknown" } {
  const what = stepTitle({ step, shownPath });
  const needs = (): string => privilegesText(privileges);
  const known = fromUpstream(error, { what, needs, write: step.method !== "GET" });
  if (!isToolError(known)) throw error;
  const { code, message, next } = known;
  const state = code === "outcome_unknown" ? "unknown" : "failed";
  return { state, code, message, ...(next === undefined ? {} : { next }) };
}

/** What goes past the API starts no task that could be looked for. */
function isInside({ step: { over } }: PlanStep): boolean {
  return over !== undefined && over.by !== "cli";
}

function isOutput({ step: { over } }: PlanStep): boolean {
  return over?.by === "shell" || (over?.by === "file" && over.action === "read");
}

function keepAnswer(step: JobStep, answer: unknown): void {
  if (answer === undefined || answer === null || answer === "") return;
  const { length } = JSON.stringify(answer);
  step.answer = length <= MAX_ANSWER ? answer : `${length} characters, left out`;
}
