import { defineTool, listing, Type } from "../../sdk/index.ts";
import { isOn, JOBS, jobsOf, scheduleOf, selectionOf, textOf } from "./job.ts";

const jobs = listing({
  of: "backup jobs",
  columns: [
    { key: "id" },
    { key: "enabled", type: "boolean" },
    { key: "schedule" },
    { key: "next-run", unit: "time", title: "next" },
    { key: "guests" },
    { key: "storage" },
    { key: "mode" },
    { key: "prune-backups", title: "keeps" },
    { key: "comment" },
  ],
  filters: ["storage", "enabled", "text"],
});

export const backupJobs = defineTool({
  name: "proxmox_backup_jobs",
  title: "List backup jobs",
  describe: "The cluster's backup jobs: when, what, where to.",
  risk: "read",
  uses: [JOBS],
  input: Type.Object(jobs.inputs),
  result: jobs.result,
  async read(view, pve) {
    const rows = (await jobsOf(pve)).map((job) => ({
      id: job.id,
      enabled: isEnabled(job.enabled),
      schedule: scheduleOf(job),
      "next-run": isOn(job["next-run"]) ? Number(job["next-run"]) : undefined,
      guests: selectionOf(job),
      storage: textOf(job.storage),
      mode: textOf(job.mode) ?? "snapshot",
      "prune-backups": textOf(job["prune-backups"]),
      comment: textOf(job.comment)?.trim(),
    }));
    return jobs.rows(rows, view);
  },
});

/** A job is enabled unless it says otherwise. */
function isEnabled(value: unknown): boolean {
  return value === undefined || isOn(value);
}
