import { ToolError } from "../../sdk/errors.ts";
import type { PlanRecord, PlanStanding } from "./types.ts";

const AGAIN = "Plan again: repeat the change's call with dryRun: true, then apply the new plan.";

/** The error for a plan that there is not, or that somebody else made. */
export function noSuchPlan(id: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no plan ${JSON.stringify(id.slice(0, 80))} of yours. Nothing was changed.`,
    next: `proxmox_plan_list shows the plans there are. ${AGAIN}`,
  });
}

/** The error for a plan that cannot be applied as it stands. */
export function notApplicable(record: PlanRecord, standing: PlanStanding): ToolError {
  return new ToolError({
    code: "conflict",
    message: `Plan ${record.id} (${record.tool}) ${why(record, standing)} Nothing was changed by this call.`,
    next: nextOf(record, standing),
    details: { plan: record.id, state: standing, ...(record.job === undefined ? {} : { job: record.job }) },
  });
}

function why({ expiresAt, job, pid }: PlanRecord, standing: PlanStanding): string {
  switch (standing) {
    case "open":
    case "expired":
      return `expired at ${new Date(expiresAt).toISOString()}.`;
    case "applying":
      return "is being applied by another call already; a plan runs once.";
    case "applied":
      return `was applied already${job === undefined ? "" : ` as job ${job}`}; a plan runs once.`;
    case "discarded":
      return "was discarded.";
    case "declined":
      return "was declined by a human.";
    case "stale":
      return "is void: what it was made for had changed when it was applied.";
    case "void":
      return "is void: the server that made it has ended, and secret values were kept in its memory alone.";
    case "elsewhere":
      return `belongs to another running server (process ${pid}), which alone can apply it.`;
  }
}

function nextOf({ job }: PlanRecord, standing: PlanStanding): string {
  switch (standing) {
    case "applying":
      return "Wait for that call; job_list shows its job.";
    case "applied":
      return `Look at what it did${job === undefined ? "" : ` with job_get ${job}`}. For another change, plan again with dryRun: true.`;
    case "declined":
      return "Do not plan it again unless the human asks for it.";
    default:
      return AGAIN;
  }
}
