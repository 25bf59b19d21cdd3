import { ToolError } from "../../sdk/errors.ts";
import { fenced, OUTSIDE } from "../call/fence.ts";
import { jobError, shapeRunning, shapeSuccess } from "../call/shape-job.ts";
import type { CallAnswer, CallContext } from "../call/types.ts";
import type { ServingTool } from "../host/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import { noSuchJob } from "./cancel.ts";
import { describeJob, jobLine } from "./describe.ts";
import type { Job, JobService, JobState } from "./types.ts";

/** How long `job_wait` waits where the caller names no time, milliseconds. */
const WAIT_MS = 20_000;
/** How often `job_wait` reports progress, milliseconds. */
const REPORT_MS = 1000;
const MAX_LOG_LINES = 5000;
const STATES: readonly JobState[] = ["running", "succeeded", "failed", "interrupted", "outcome_unknown"];

type Input = Readonly<Record<string, unknown>>;

/** What the job tools work with. */
export interface JobToolsParts {
  readonly jobs: JobService;
  readonly redactor: Redactor;
  /** Upper bound of `job_wait`'s `timeoutMs`. */
  readonly maxWaitMs: number;
}

/** `job_list`, `job_get`, `job_wait`, `job_cancel` and `job_logs`. They throw ToolError. */
export function createJobTools(parts: JobToolsParts): readonly ServingTool[] {
  return [listTool(parts), getTool(parts), waitTool(parts), cancelTool(parts), logsTool(parts)];
}

function listTool({ jobs }: JobToolsParts): ServingTool {
  return {
    name: "job_list",
    title: "List jobs",
    describe: "Jobs that change tools started, newest first, with state and progress.",
    risk: "read",
    inputSchema: objectSchema({
      state: { type: "string", enum: [...STATES] },
      limit: { type: "integer", minimum: 1, maximum: 500, default: 20 },
    }),
    result: objectSchema({ jobs: { type: "array", items: { type: "object" } } }, ["jobs"]),
    async run(input) {
      const state = STATES.find((known) => known === input.state);
      const found = await jobs.list({
        ...(state ? { state } : {}),
        limit: integerOf(input, "limit", 20, 500),
      });
      const lines = found.length === 0 ? ["No jobs."] : found.map(jobLine);
      return answer(lines.join("\n"), { jobs: found });
    },
  };
}

function getTool({ jobs }: JobToolsParts): ServingTool {
  return {
    name: "job_get",
    title: "Show a job",
    describe: "One job as it is now: steps, tasks, what came of each guest. Does not wait.",
    risk: "read",
    inputSchema: objectSchema({ job: JOB }, ["job"]),
    result: JOB_RESULT,
    async run(input) {
      const job = found(await jobs.get(idOf(input)), input);
      return answer(describeJob(job), { job });
    },
  };
}

function waitTool({ jobs, redactor, maxWaitMs }: JobToolsParts): ServingTool {
  return {
    name: "job_wait",
    title: "Wait for a job",
    describe:
      "Waits for a job's end and answers as its tool would have. When the time is over first it answers the job as it is; call again.",
    risk: "read",
    inputSchema: objectSchema(
      {
        job: JOB,
        timeoutMs: {
          type: "integer",
          minimum: 0,
          maximum: maxWaitMs,
          default: Math.min(WAIT_MS, maxWaitMs),
        },
      },
      ["job"],
    ),
    result: JOB_RESULT,
    async run(input, context) {
      const timeoutMs = integerOf(input, "timeoutMs", WAIT_MS, maxWaitMs);
      const job = found(await waitReporting(jobs, idOf(input), timeoutMs, context), input);
      if (job.state === "running") return shapeRunning(job, redactor);
      if (job.state === "succeeded") return shapeSuccess(job, redactor);
      throw jobError(job);
    },
  };
}

function cancelTool({ jobs }: JobToolsParts): ServingTool {
  return {
    name: "job_cancel",
    title: "Cancel a job",
    describe:
      "Stops a running job's tasks and begins no further step. What was done stays; a task stopped midway can leave a lock or half-made object.",
    risk: "write",
    inputSchema: objectSchema({ job: JOB }, ["job"]),
    result: JOB_RESULT,
    async run(input) {
      const job = await jobs.cancel(idOf(input));
      return answer(describeJob(job), { job });
    },
  };
}

function logsTool({ jobs, redactor }: JobToolsParts): ServingTool {
  return {
    name: "job_logs",
    title: "Show a job's log",
    describe: "Newest log lines of a job's tasks.",
    risk: "read",
    inputSchema: objectSchema(
      {
        job: JOB,
        limit: {
          type: "integer",
          minimum: 1,
          maximum: MAX_LOG_LINES,
          default: 100,
          description: "Lines",
        },
      },
      ["job"],
    ),
    result: objectSchema({ job: { type: "string" }, lines: { type: "array", items: { type: "string" } } }, [
      "job",
      "lines",
    ]),
    async run(input, { signal }) {
      const id = idOf(input);
      const found = await jobs.logs(id, { limit: integerOf(input, "limit", 100, MAX_LOG_LINES), signal });
      if (found.length === 0) return answer(`Job ${id} has no log lines.`, { job: id, lines: found });
      // As one text: a secret can stretch over several lines.
      const lines = redactor.text(found.join("\n")).split("\n");
      return answer(`Log of job ${id} (${OUTSIDE}):\n${fenced(lines.join("\n"))}`, { job: id, lines });
    },
  };
}

/** Waits in slices, so that the caller sees which step it is at. */
async function waitReporting(
  jobs: JobService,
  id: string,
  timeoutMs: number,
  context: CallContext,
): Promise<Job | undefined> {
  const end = Date.now() + timeoutMs;
  let reported = 0;
  for (;;) {
    const left = end - Date.now();
    const job = await jobs.wait(id, Math.max(0, Math.min(REPORT_MS, left)), context.signal);
    if (job?.state !== "running" || left <= REPORT_MS || context.signal.aborted) return job;
    reported += 1;
    context.progress(jobLine(job), reported);
  }
}

const JOB = {
  type: "string",
  pattern: "^j_[0-9a-f]{24}$",
  description: "Job id",
};

const JOB_RESULT = objectSchema({ job: { type: "object" } }, ["job"]);

function objectSchema(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

function idOf(input: Input): string {
  if (typeof input.job === "string") return input.job;
  throw new ToolError({
    code: "invalid_input",
    message: "job is missing: the id of a job, such as change tools answer it.",
    next: "job_list shows the jobs there are.",
  });
}

function integerOf(input: Input, name: string, otherwise: number, most: number): number {
  const value = input[name];
  return Math.min(typeof value === "number" && value >= 0 ? Math.floor(value) : otherwise, most);
}

function found(job: Job | undefined, input: Input): Job {
  if (job !== undefined) return job;
  throw noSuchJob(idOf(input));
}

function answer(text: string, data: unknown): CallAnswer {
  return { text, isError: false, data };
}
