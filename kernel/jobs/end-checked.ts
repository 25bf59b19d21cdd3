import { readBack } from "../readback/read-back.ts";
import { notApplied } from "../readback/tell.ts";
import type { SeenAnswer } from "../readback/types.ts";
import type { JobEnvironment } from "./environment.ts";
import { FollowingStopped } from "./follow.ts";
import type { AfterChange, Job } from "./types.ts";

/**
 * Reads back what the done steps promised and writes it down; answers whether it was there. Throws
 * {@link FollowingStopped} where this process stops meanwhile: whoever takes up the job looks then.
 */
export async function check(
  job: Job,
  { cluster, stop }: JobEnvironment,
  seen: SeenAnswer[] = [],
): Promise<boolean> {
  const checks = await readBack(job.steps, cluster, stop, (answer) => seen.push(answer));
  if (stop.aborted) throw new FollowingStopped();
  for (const step of job.steps) delete step.expect;
  job.checks = checks;
  return checks.every(({ state }) => state !== "not_applied");
}

/** Ends a job all of whose steps were done: well where what they promised is there, else as failed. */
export async function endChecked(job: Job, environment: JobEnvironment, after?: AfterChange): Promise<void> {
  const seen: SeenAnswer[] = [];
  if (!(await check(job, environment, seen))) return endNotApplied(job);
  const undo = await after?.(seen);
  if (undo !== undefined) job.undo = undo;
  job.state = "succeeded";
}

/** Ends a job whose steps ended well without having done what they promised. */
export function endNotApplied(job: Job): void {
  job.state = "failed";
  job.error = {
    code: "not_applied",
    message: `Proxmox VE answered that it was done, but it is not so. ${notApplied(job.checks ?? [])}`,
    next: "Look at the object and its task's log. Somebody may have changed it meanwhile; call again only if the change is still wanted.",
  };
}
