import { ToolError } from "../../sdk/errors.ts";
import { waitOptions } from "../call/common-inputs.ts";
import { oneLine } from "../call/one-line.ts";
import type { CallAnswer } from "../call/types.ts";
import type { ApplyingTool, KernelTool, ServingTool } from "../host/types.ts";
import type { ListedPlan, PlanStore } from "./types.ts";

const MOST_LISTED = 50;

/** What the plan tools work with. */
export interface PlanToolsParts {
  readonly plans: PlanStore;
  /** How long a call follows a task where it names no time, milliseconds. */
  readonly taskTimeoutMs: number;
  /** Schema of what a change answers. */
  readonly changeResult: Readonly<Record<string, unknown>>;
}

/** `proxmox_plan_list`, `proxmox_plan_apply` and `proxmox_plan_discard`. */
export function createPlanTools(parts: PlanToolsParts): readonly KernelTool[] {
  return [listTool(parts), applyTool(parts), discardTool(parts)];
}

function listTool({ plans }: PlanToolsParts): ServingTool {
  return {
    name: "proxmox_plan_list",
    title: "List plans",
    describe:
      "Your plans, newest first: what each would do, until when it can be applied, what became of it.",
    risk: "read",
    inputSchema: schema({ plan: PLAN }),
    result: schema({ plans: { type: "array", items: { type: "object" } } }, ["plans"]),
    async run({ plan }, { subject }) {
      const all = await plans.list(subject);
      const found = all
        .filter(({ record }) => plan === undefined || record.id === plan)
        .slice(0, MOST_LISTED);
      const lines = found.flatMap((one) => (plan === undefined ? [planLine(one)] : describe(one)));
      return answer(lines.length === 0 ? "No plans." : lines.join("\n"), {
        plans: found.map(({ record, standing }) => ({ ...record, state: standing })),
      });
    },
  };
}

function applyTool({ taskTimeoutMs, changeResult }: PlanToolsParts): ApplyingTool {
  return {
    name: "proxmox_plan_apply",
    title: "Apply a plan",
    describe:
      "Does exactly what a dry run planned, once, if its target is still as it was; otherwise conflict. Confirmed and judged like any change.",
    risk: "write",
    highest: "escape",
    inputSchema: schema(
      {
        plan: PLAN,
        waitMode: { type: "string", enum: ["auto", "wait", "deferred"] },
        timeoutMs: { type: "integer", minimum: 1_000, maximum: 86_400_000 },
        pollIntervalMs: { type: "integer", minimum: 200, maximum: 60_000 },
      },
      ["plan"],
    ),
    result: changeResult,
    applies: (input) => ({ id: String(input.plan), wait: waitOptions(input, taskTimeoutMs) }),
  };
}

function discardTool({ plans }: PlanToolsParts): ServingTool {
  return {
    name: "proxmox_plan_discard",
    title: "Discard a plan",
    describe: "Makes a plan unusable. Changes nothing on the cluster.",
    risk: "read",
    inputSchema: schema({ plan: PLAN }, ["plan"]),
    result: schema({ plan: { type: "string" } }, ["plan"]),
    async run({ plan }, { subject }) {
      const id = idOf(plan);
      await plans.discard(id, subject);
      return answer(`Plan ${id} is discarded. Nothing was changed.`, { plan: id });
    },
  };
}

/** A plan in one line. */
function planLine({ record, standing }: ListedPlan): string {
  const { id, tool, risk, targets, cluster, job, expiresAt } = record;
  const until = standing === "open" ? ` until ${new Date(expiresAt).toISOString()}` : "";
  const what = `${tool} [${risk}] on ${targets.join(", ") || cluster} (${cluster})`;
  return oneLine(`${id} ${standing}${until}: ${what}${job === undefined ? "" : `, job ${job}`}`);
}

function describe(plan: ListedPlan): readonly string[] {
  return [planLine(plan), ...plan.record.steps.map(({ text }, index) => `${index + 1}. ${text}`)].map(
    oneLine,
  );
}

const PLAN = { type: "string", pattern: "^p_[0-9a-f]{24}$", description: "Plan id" };

function schema(properties: Readonly<Record<string, unknown>>, required: readonly string[] = []) {
  return { type: "object", properties, required: [...required], additionalProperties: false };
}

function idOf(plan: unknown): string {
  if (typeof plan === "string") return plan;
  throw new ToolError({
    code: "invalid_input",
    message: "plan is missing: the id of a plan, such as a dry run answers it.",
    next: "proxmox_plan_list shows the plans there are.",
  });
}

function answer(text: string, data: unknown): CallAnswer {
  return { text, isError: false, data };
}
