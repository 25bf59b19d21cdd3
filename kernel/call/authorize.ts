import { ToolError } from "../../sdk/errors.ts";
import type { Risk } from "../../sdk/risk.ts";
import type { HostedTool } from "../host/types.ts";
import { accessRefusal, grantFor, grantRefusal, type Refusal } from "../policy/access.ts";
import { protectRefusal } from "../policy/protect.ts";
import type { Settings } from "../settings/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { Plan } from "./types.ts";

/** Refuses a tool whose least risk is beyond what the operator allows, before it reads anything. */
export function authorizeTool(hosted: HostedTool, access: Risk): void {
  const { name } = hosted.tool;
  refuse(`${name} is not allowed`, accessRefusal(hosted.lowest, access));
  refuse(`${name} is not allowed`, grantRefusal(hosted.plugin, hosted.grants, "rest:read"));
}

/** Refuses a tool of the kernel whose risk is beyond what the operator allows. */
export function authorizeKernelTool(name: string, risk: Risk, access: Risk): void {
  refuse(`${name} is not allowed`, accessRefusal(risk, access));
}

/** What a plan is judged by, and what may have to be looked up for it. */
export interface AuthorizeParts {
  readonly settings: Pick<Settings, "access" | "protect">;
  readonly cluster: ClusterAccess;
  readonly signal: AbortSignal;
}

/** Judges a call by its planned steps, each by its own risk and targets; undefined where all are allowed. */
export async function planRefusal(
  hosted: HostedTool,
  plan: Plan,
  { settings, cluster, signal }: AuthorizeParts,
): Promise<ToolError | undefined> {
  for (const { step, risk, shownPath } of plan.steps) {
    const refusal =
      accessRefusal(risk, settings.access) ?? grantRefusal(hosted.plugin, hosted.grants, grantFor(risk));
    if (refusal) return denied(`${plan.tool} is not allowed to ${step.method} ${shownPath}`, refusal);
  }
  return await protectRefusal(plan, { protect: settings.protect, cluster, signal });
}

/** Refuses a plan with a step that is not allowed. */
export async function authorizePlan(hosted: HostedTool, plan: Plan, parts: AuthorizeParts): Promise<void> {
  const refusal = await planRefusal(hosted, plan, parts);
  if (refusal) throw refusal;
}

function refuse(what: string, refusal: Refusal | undefined): void {
  if (refusal) throw denied(what, refusal);
}

function denied(what: string, { why, show }: Refusal): ToolError {
  return new ToolError({ code: "denied", message: `${what}: ${why}. Nothing was changed.`, next: show });
}
