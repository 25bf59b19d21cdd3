import { jobLine } from "../jobs/describe.ts";
import type { Job, JobService } from "../jobs/types.ts";
import { numbersOf, pathOf } from "./resources.ts";
import type { ResourceKind } from "./types.ts";

const MOST_LISTED = 20;
/** Newest lines that are read where the address names no limit, and at most. */
const DEFAULT_LINES = 1_000;
const MOST_LINES = 100_000;
const JOB_ID = /^j_[0-9a-f]{24}$/;

/** `proxmox://jobs/{jobId}/logs`: the logs of a job's tasks, with news while it runs. */
export function jobLogResources(jobs: JobService): ResourceKind {
  const uriOf = (id: string) => `proxmox://jobs/${id}/logs`;
  return {
    host: "jobs",
    templates: [
      {
        uriTemplate: uriOf("{jobId}"),
        name: "job-logs",
        title: "Log of a job",
        description: `Newest ${DEFAULT_LINES} lines (?limit= for more) of its tasks' logs. Can be subscribed to while it runs.`,
        mimeType: "text/plain",
      },
    ],
    async list() {
      const listed = (job: Job) => ({
        uri: uriOf(job.id),
        name: job.id,
        title: `Log of ${job.tool}`,
        description: jobLine(job),
        mimeType: "text/plain",
      });
      return (await jobs.list({ limit: MOST_LISTED })).map(listed);
    },
    open(uri) {
      const [id = "", logs, ...more] = pathOf(uri) ?? [];
      if (!JOB_ID.test(id) || logs !== "logs" || more.length > 0) return undefined;
      const { limit = DEFAULT_LINES } = numbersOf(uri, { limit: 1 });
      return {
        what: "resource job logs",
        async read({ signal }) {
          const lines = await jobs.logs(id, { limit: Math.min(limit, MOST_LINES), signal });
          return { mimeType: "text/plain", body: lines.join("\n") };
        },
        watch: (changed, signal) => jobs.watch(id, changed, signal),
      };
    },
  };
}
