import { ToolError } from "../../sdk/errors.ts";
import type { Risk } from "../../sdk/risk.ts";
import type { HostedTool } from "../host/types.ts";
import { accessRefusal, grantFor, grantRefusal, type Refusal } from "../policy/access.ts";
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

/** Judges a call by its planned steps, each by its own risk; undefined where all are allowed. */
export function planRefusal(hosted: HostedTool, plan: Plan, access: Risk): ToolError | undefined {
  for (const { step, risk, shownPath } of plan.steps) {
    const refusal = accessRefusal(risk, access) ?? grantRefusal(hosted.plugin, hosted.grants, grantFor(risk));
    if (refusal) return denied(`${plan.tool} is not allowed to ${step.method} ${shownPath}`, refusal);
  }
  return undefined;
}

/** Refuses a plan with a step that is not allowed. */
export function authorizePlan(hosted: HostedTool, plan: Plan, access: Risk): void {
  const refusal = planRefusal(hosted, plan, access);
  if (refusal) throw refusal;
}

function refuse(what: string, refusal: Refusal | undefined): void {
  if (refusal) throw denied(what, refusal);
}

function denied(what: string, { why, show }: Refusal): ToolError {
  return new ToolError({ code: "denied", message: `${what}: ${why}. Nothing was changed.`, next: show });
}
