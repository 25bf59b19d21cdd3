import { ToolError } from "../../sdk/errors.ts";
import type { Guest } from "../../sdk/reader.ts";
import { isWithin } from "../../sdk/risk.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { stepTouches } from "./step-touches.ts";
import { type Subject, subjectsOf, UNKNOWN } from "./subjects.ts";
import { Surroundings } from "./surroundings.ts";
import type { Protection } from "./targets-setting.ts";
import { unprotected } from "./unprotect.ts";

const SETTING = "PROXMOX_MCP_PROTECT";

/** What judging a plan by `PROXMOX_MCP_PROTECT` needs. */
export interface ProtectParts {
  readonly protect: readonly Protection[];
  readonly cluster: Pick<ClusterAccess, "name" | "rest" | "catalog" | "inventory">;
  readonly signal: AbortSignal;
}

/**
 * Refuses a plan with a destructive step that touches a protected target, or for which that cannot be
 * told, and one that takes a target out of protection. Undefined where nothing protected is touched.
 */
export async function protectRefusal(
  plan: Pick<Plan, "tool" | "steps">,
  { protect, cluster, signal }: ProtectParts,
): Promise<ToolError | undefined> {
  const own = protect.filter((item) => item.cluster === undefined || item.cluster === cluster.name);
  if (own.length === 0) return undefined;
  const around = new Surroundings(cluster, signal, (guest) => own.some((item) => covers(item, guest)));
  for (const step of plan.steps) {
    const refusal = isWithin(step.risk, "write")
      ? await takenOut(plan.tool, step, own, around)
      : await touched(plan.tool, step, own, around);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

async function touched(
  tool: string,
  step: PlanStep,
  protect: readonly Protection[],
  around: Surroundings,
): Promise<ToolError | undefined> {
  const subjects = await subjectsOf(stepTouches(step), around);
  const visible = new Set((await around.inventory())?.guests.map(({ vmid }) => vmid));
  for (const subject of subjects) {
    for (const item of protect) {
      const match = matches(item, subject, visible);
      if (match === "yes") return refusedAs(tool, step, item, subject);
      if (match === "maybe") return notToldAs(tool, step, item, subject);
    }
  }
  return undefined;
}

async function takenOut(
  tool: string,
  step: PlanStep,
  protect: readonly Protection[],
  around: Surroundings,
): Promise<ToolError | undefined> {
  const found = await unprotected(step, around, (guest) => protect.find((item) => covers(item, guest)));
  if (found === undefined) return undefined;
  const { item, guest } = found;
  return new ToolError({
    code: "denied",
    message: `${tool} may not ${stepTitle(step)}: it would or could take ${guest} out of ${SETTING} (${item}). Nothing was changed.`,
    next: NEXT,
    details: { setting: SETTING, item, target: guest },
  });
}

/** Whether a guest as the inventory shows it is protected by this item. */
export function covers(item: Protection, guest: Pick<Guest, "vmid" | "node" | "pool" | "tags">): boolean {
  const { vmid, node, pool, tags } = guest;
  return matches(item, { label: "", vmid, node, pool, tags }, new Set()) === "yes";
}

function matches(item: Protection, subject: Subject, visible: ReadonlySet<number>): "yes" | "no" | "maybe" {
  switch (item.kind) {
    case "vmid":
      if (subject.vmid === UNKNOWN) return subject.unseen && allVisible(item, visible) ? "no" : "maybe";
      return subject.vmid !== undefined && subject.vmid >= item.from && subject.vmid <= item.to
        ? "yes"
        : "no";
    case "tag":
      if (subject.tags === UNKNOWN) return "maybe";
      return subject.tags?.some((tag) => isSame(tag, item.name)) === true ? "yes" : "no";
    case "pool":
      return isNamed(subject.pool, item.name);
    case "node":
      return isNamed(subject.node, item.name);
  }
}

function isNamed(value: string | undefined | typeof UNKNOWN, name: string): "yes" | "no" | "maybe" {
  if (value === UNKNOWN) return "maybe";
  return value !== undefined && isSame(value, name) ? "yes" : "no";
}

/** Tags may be of any case, depending on the cluster's own option: protecting too much is the safe side. */
function isSame(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

function allVisible({ from, to }: { from: number; to: number }, visible: ReadonlySet<number>): boolean {
  if (to - from >= visible.size) return false;
  for (let vmid = from; vmid <= to; vmid += 1) if (!visible.has(vmid)) return false;
  return true;
}

const NEXT =
  `Leave it alone. Only the operator can lift the protection, by changing ${SETTING} and starting the server anew; ` +
  "it is this server's own rule, not Proxmox VE's protection flag.";

function refusedAs(tool: string, step: PlanStep, { text }: Protection, { label }: Subject): ToolError {
  return new ToolError({
    code: "denied",
    message: `${tool} may not ${stepTitle(step)}: ${label} is protected by ${SETTING} (${text}), and this is ${step.risk}. Nothing was changed.`,
    next: NEXT,
    details: { setting: SETTING, item: text, target: label },
  });
}

function notToldAs(tool: string, step: PlanStep, { text }: Protection, { why, label }: Subject): ToolError {
  return new ToolError({
    code: "denied",
    message:
      `${tool} may not ${stepTitle(step)}: it is ${step.risk}, and whether it touches what ${SETTING} (${text}) protects ` +
      `cannot be told for ${label}${why === undefined ? "" : `: ${why}`}. Nothing was changed.`,
    next:
      "Use a tool or parameters that name exactly one target, or have the operator let the account see what is " +
      `missing; what cannot be looked up is refused while ${SETTING} is set.`,
    details: { setting: SETTING, item: text, ...(why === undefined ? {} : { why }) },
  });
}
