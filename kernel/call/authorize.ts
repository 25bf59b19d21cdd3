import { ToolError } from "../../sdk/errors.ts";
import type { Grant } from "../../sdk/plugin.ts";
import type { Risk } from "../../sdk/risk.ts";
import type { HostedTool } from "../host/types.ts";
import { accessRefusal, detourGrant, grantFor, grantRefusal, type Refusal } from "../policy/access.ts";
import { judgeCall, judgePlan } from "../policy/policy.ts";
import { protectRefusal } from "../policy/protect.ts";
import type { Verdict } from "../policy/verdict.ts";
import type { Settings } from "../settings/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { stepTitle } from "./step-shapes.ts";
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
  readonly settings: Pick<Settings, "access" | "protect" | "policy">;
  readonly cluster: ClusterAccess;
  readonly signal: AbortSignal;
}

/**
 * Judges a call by its planned steps, each by its own risk and targets: by access and grants, then by what is
 * protected, then by the rules. Each of these can only take away.
 */
export async function judge(hosted: HostedTool, plan: Plan, parts: AuthorizeParts): Promise<Verdict> {
  const { settings, cluster, signal } = parts;
  for (const planned of plan.steps) {
    const { step, risk } = planned;
    const grant = detourGrant(step.over) ?? grantFor(risk);
    const refusal = accessRefusal(risk, settings.access) ?? grantRefusal(hosted.plugin, hosted.grants, grant);
    if (refusal) {
      return {
        refusal: denied(`${plan.tool} is not allowed to ${stepTitle(planned)}`, refusal),
        notes: [],
      };
    }
  }
  const refusal = await protectRefusal(plan, { protect: settings.protect, cluster, signal });
  if (refusal) return { refusal, notes: [] };
  return await judgePlan(plan, { rules: settings.policy, plugin: hosted.plugin, cluster, signal });
}

/** Refuses a read that a rule denies. Throws `denied`. */
export function authorizeRead(hosted: HostedTool, cluster: string, policy: Settings["policy"]): Verdict {
  const { tool, plugin } = hosted;
  return allowed(judgeCall(policy, "read", { tool: tool.name, plugin, cluster }));
}

/** Refuses to read past the API where the plugin has no grant for that way. Throws `denied`. */
export function authorizeDetour({ tool, plugin, grants }: HostedTool, grant: Grant): void {
  refuse(`${tool.name} may not look past the API`, grantRefusal(plugin, grants, grant));
}

/** Refuses a resource that a rule denies. Throws `denied`. */
export function authorizeResource(
  what: string,
  cluster: string | undefined,
  policy: Settings["policy"],
): Verdict {
  return allowed(judgeCall(policy, "read", { tool: what, plugin: KERNEL, cluster }));
}

/** Refuses what a rule denies of the kernel's own: only rules that name it as tool or plugin are about it. */
export function authorizeKernelCall(
  name: string,
  risk: Risk,
  settings: Pick<Settings, "access" | "policy">,
): Verdict {
  authorizeKernelTool(name, risk, settings.access);
  const named = settings.policy.filter(({ conditions }) =>
    conditions.some(({ key }) => key === "tool" || key === "plugin"),
  );
  return allowed(judgeCall(named, risk, { tool: name, plugin: KERNEL, cluster: undefined }));
}

/** What rules call the kernel's own tools. */
const KERNEL = "kernel";

/** The verdict where it refuses nothing; throws the refusal otherwise. */
export function allowed(verdict: Verdict): Verdict {
  if (verdict.refusal) throw verdict.refusal;
  return verdict;
}

function refuse(what: string, refusal: Refusal | undefined): void {
  if (refusal) throw denied(what, refusal);
}

function denied(what: string, { why, show }: Refusal): ToolError {
  return new ToolError({ code: "denied", message: `${what}: ${why}. Nothing was changed.`, next: show });
}
