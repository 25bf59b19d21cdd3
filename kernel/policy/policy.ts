import { ToolError } from "../../sdk/errors.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { type Decision, decide, stricter } from "./rules/decide.ts";
import type { Deed } from "./rules/match.ts";
import { ruleName } from "./rules/print.ts";
import type { Rule } from "./rules/types.ts";
import { callDeed, type DeedOf, stepDeed } from "./step-deed.ts";
import { stepTouches } from "./step-touches.ts";
import { type Subject, subjectsOf } from "./subjects.ts";
import { Surroundings } from "./surroundings.ts";
import type { Verdict } from "./verdict.ts";

const SETTING = "PROXMOX_MCP_POLICY";

/** What judging a plan takes. */
export interface PolicyParts {
  readonly rules: readonly Rule[];
  readonly plugin: string;
  readonly cluster: Pick<ClusterAccess, "name" | "rest" | "catalog" | "inventory">;
  readonly signal: AbortSignal;
}

const NOTHING: Verdict = { notes: [] };
const NO_TARGET: Subject = {
  label: "nothing of its own",
  ...{ vmid: undefined, node: undefined, pool: undefined, tags: undefined },
};

/** Judges a plan: the strictest of what the rules say about each of its steps and each thing these touch. */
export async function judgePlan(plan: Pick<Plan, "tool" | "steps">, parts: PolicyParts): Promise<Verdict> {
  const { rules, plugin, cluster, signal } = parts;
  if (rules.length === 0) return NOTHING;
  const around = new Surroundings(cluster, signal, () => true);
  const of: DeedOf = { tool: plan.tool, plugin, cluster: cluster.name };
  const judged = new Judgement(rules);
  for (const step of plan.steps) {
    const subjects = asksForTargets(rules) ? await subjectsOf(stepTouches(step), around) : [];
    judged.add(stepDeed(step, of), subjects, stepTitle(step));
  }
  return judged.verdict(plan.tool);
}

/** Judges a call that has no plan: a read, or a tool of the kernel. */
export function judgeCall(rules: readonly Rule[], risk: PlanStep["risk"], of: DeedOf): Verdict {
  if (rules.length === 0) return NOTHING;
  const judged = new Judgement(rules);
  judged.add(callDeed(risk, of), [], "be called");
  return judged.verdict(of.tool);
}

/** Looking up what a step touches is only worth it where a rule asks. */
function asksForTargets(rules: readonly Rule[]): boolean {
  return rules.some(({ conditions }) =>
    conditions.some(({ key }) => ["vmid", "tag", "pool", "node"].includes(key)),
  );
}

/** Gathers what the rules say about one thing after another. */
class Judgement {
  readonly #inForce: readonly Rule[];
  readonly #all: readonly Rule[];
  readonly #shadowed = new Map<Rule, string>();
  #strictest: { decision: Decision; what: string } | undefined;

  constructor(rules: readonly Rule[]) {
    this.#all = rules;
    this.#inForce = rules.filter(({ shadow }) => !shadow);
  }

  add(deed: Deed, subjects: readonly Subject[], what: string): void {
    for (const subject of subjects.length > 0 ? subjects : [NO_TARGET]) {
      const decision = decide(this.#inForce, deed, subject);
      const before = this.#strictest;
      if (stricter(before?.decision, decision) !== before?.decision) this.#strictest = { decision, what };
      this.#noteShadow(deed, subject, decision, what);
    }
  }

  #noteShadow(deed: Deed, subject: Subject, real: Decision, what: string): void {
    const would = decide(this.#all, deed, subject);
    const { rule, action } = would;
    if (rule?.shadow !== true || this.#shadowed.has(rule) || action === real.action) return;
    this.#shadowed.set(rule, `${ruleName(rule)} would ${action} ${what} on ${subject.label}`);
  }

  verdict(tool: string): Verdict {
    const { decision, what } = this.#strictest ?? {};
    const rule = decision?.rule;
    const notes = [...this.#shadowed.values()];
    if (decision === undefined || what === undefined || rule === undefined) return { notes };
    const { action, subject, because } = decision;
    const on = subject === NO_TARGET ? "" : ` on ${subject.label}`;
    const said = `${ruleName(rule)} says ${action}${because === undefined ? "" : `: ${because}`}`;
    notes.unshift(`${said}: ${what}${on}`);
    if (action === "allow") return { notes };
    if (action === "confirm") return { notes, confirm: `${SETTING}, ${said}, for ${what}${on}.` };
    return { notes, refusal: refused(`${tool} may not ${what}${on}: ${SETTING}, ${said}`, rule, subject) };
  }
}

function refused(what: string, rule: Rule, subject: Subject): ToolError {
  return new ToolError({
    code: "denied",
    message: `${what}. Nothing was changed.`,
    next: `Leave it alone: only the operator can change rule ${rule.number} (line ${rule.line} of ${SETTING}) and start the server anew.`,
    details: { setting: SETTING, rule: rule.number, line: rule.line, text: rule.text, target: subject.label },
  });
}
