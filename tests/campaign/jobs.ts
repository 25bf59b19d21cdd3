import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ScenarioRun, ToolAnswer } from "../../sdk/testing/scenario.ts";
import { stateOf } from "./play.ts";

/** What a campaign looks at in a job. */
export interface JobSeen {
  readonly id: string;
  readonly tool: string;
  readonly state: string;
}

/** The answer of a change once its job has ended. */
export async function ended(answer: ToolAnswer, run: ScenarioRun): Promise<ToolAnswer> {
  const job = jobIn(answer.data);
  return job?.state === "running" ? run.call("job_wait", { job: job.id }) : answer;
}

/** All jobs in a state directory. */
export async function jobsIn(folder: string): Promise<readonly JobSeen[]> {
  const jobs = join(stateOf(folder), "jobs");
  const names = (await readdir(jobs).catch(() => [])).filter((name) => name.endsWith(".json"));
  const texts = await Promise.all(names.map((name) => readFile(join(jobs, name), "utf8")));
  return texts.flatMap((text) => seen(JSON.parse(text)) ?? []);
}

function jobIn(data: unknown): JobSeen | undefined {
  return typeof data === "object" && data !== null && "job" in data ? seen(data.job) : undefined;
}

function seen(job: unknown): JobSeen | undefined {
  if (typeof job !== "object" || job === null) return undefined;
  if (!("id" in job && "tool" in job && "state" in job)) return undefined;
  return { id: String(job.id), tool: String(job.tool), state: String(job.state) };
}
