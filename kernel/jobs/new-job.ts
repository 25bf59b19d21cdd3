import { ToolError } from "../../sdk/errors.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { CallContext, Plan } from "../call/types.ts";
import type { Owner } from "./owner.ts";
import { newJobId } from "./store.ts";
import type { Job } from "./types.ts";

/** The record of a job before its first step. */
export function newJob(plan: Plan, context: CallContext, owner: Owner): Job {
  const now = Date.now();
  return {
    id: newJobId(),
    callId: context.callId,
    tool: plan.tool,
    cluster: plan.cluster,
    subject: plan.subject,
    targets: plan.targets,
    createdAt: now,
    ...owner,
    updatedAt: now,
    state: "running",
    steps: plan.steps.map(({ step, shownPath }) => ({
      id: step.id,
      what: step.note ?? stepTitle({ step, shownPath }),
      state: "pending",
      tasks: [],
    })),
  };
}

/** The error for a job that cannot be written down; it must not run then. */
export function notRecorded(stateDir: string, cause: unknown): ToolError {
  const code = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
  return new ToolError(
    {
      code: "not_recorded",
      message: `The job could not be written below ${stateDir}${code}, so nothing was begun.`,
      next: "The operator has to make PROXMOX_MCP_STATE_DIR writable, with space left on its disk.",
    },
    { cause },
  );
}
