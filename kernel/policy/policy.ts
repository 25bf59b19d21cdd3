import { ToolError } from "../../sdk/errors.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { type Decision, decide, stricter } from "./rules/decide.ts";
import type { Deed } from "./rules/match.ts";
import { ruleName } from "./rules/print.ts";
import type { Condition, Rule } from "./rules/types.ts";
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
  const raw = plan.steps.find(isRaw);
  if (rules.length === 0)
    return raw === undefined ? NOTHING : { refusal: notAllowed(plan.tool, raw), notes: [] };
  const around = new Surroundings(cluster, signal, () => true);
  const of: DeedOf = { tool: plan.tool, plugin, cluster: cluster.name };
  const judged = new Judgement(rules);
  let unnamed: PlanStep | undefined;
  for (const step of plan.steps) {
    const subjects = asksForTargets(rules) ? await subjectsOf(stepTouches(step), around) : [];
    const deed = stepDeed(step, of);
    if (isRaw(step) && !judged.isAllowedExpressly(deed, subjects)) unnamed ??= step;
    judged.add(deed, subjects, stepTitle(step));
  }
  const verdict = judged.verdict(plan.tool);
  if (unnamed === undefined || verdict.refusal !== undefined) return verdict;
  return { refusal: notAllowed(plan.tool, unnamed), notes: verdict.notes };
}

/** A command line that nobody checked, of a program whose name says nothing of what it can do. */
function isRaw({ step: { over } }: PlanStep): boolean {
  return over?.by === "shell" && over.raw === true;
}

function notAllowed(tool: string, { step: { over } }: PlanStep): ToolError {
  const program = over?.by === "shell" ? over.argv[0] : "";
  return new ToolError({
    code: "denied",
    message: `${tool} may not run a raw command line of ${program}: no rule of ${SETTING} allows it by name. Nothing was changed.`,
    next: `Use command and params, which are checked. Only the operator can allow raw command lines, with a rule in ${SETTING} such as: allow tool=${tool} family=${program}`,
    details: { setting: SETTING },
  });
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

function isName(condition: Condition): boolean {
  if (condition.isNot || (condition.key !== "tool" && condition.key !== "family")) return false;
  return condition.values.every((value) => !/[*?]/.test(value));
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

  /** Whether, for everything that is touched, a rule decides that names the tool or the program itself. */
  isAllowedExpressly(deed: Deed, subjects: readonly Subject[]): boolean {
    return (subjects.length > 0 ? subjects : [NO_TARGET]).every((subject) => {
      const { rule } = decide(this.#inForce, deed, subject);
      return rule?.conditions.some(isName) === true;
    });
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
