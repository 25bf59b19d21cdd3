import type { ToolError } from "../../sdk/errors.ts";
import { type Detour, isStepRef } from "../../sdk/steps.ts";
import type { StepFile } from "../../sdk/uploads.ts";
import { privilegesText } from "../../vendor/pve-docs/index.ts";
import { factLines, heldText } from "../plans/describe.ts";
import type { KeptPlan, PlanFacts } from "../plans/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import { placeholders } from "./config-files.ts";
import { type DetourView, viewDetour } from "./detour-view.ts";
import { isPlainObject } from "./json-schema.ts";
import { oneLine } from "./one-line.ts";
import { stepTitle } from "./step-shapes.ts";
import type { CallAnswer, DiffEntry, Plan, PlanStep } from "./types.ts";
import { humanise } from "./units.ts";

/** A step as data for answers and the audit; parameters masked. */
export interface StepView {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  /** How it goes past the API. */
  readonly over?: DetourView;
  readonly params: Readonly<Record<string, unknown>>;
  /** A {@link StepFile}. */
  readonly file?: unknown;
  readonly risk: string;
  readonly privileges: string;
  readonly note?: string;
  readonly settle?: unknown;
  readonly diff?: readonly DiffEntry[];
}

/** The step as data, secrets masked, parameters of the path left out as the path shows them. */
export function viewStep(
  { step, shownPath, risk, privileges, diff }: PlanStep,
  redactor: Redactor,
): StepView {
  return {
    id: step.id,
    method: step.method,
    path: shownPath,
    ...(step.over === undefined ? {} : { over: viewDetour(step.over, redactor) }),
    params: shownParams(step.path, step.params, redactor),
    ...(step.file === undefined ? {} : { file: redactor.value(step.file) }),
    risk,
    privileges: needsText({ step, privileges }),
    ...(step.note === undefined ? {} : { note: step.note }),
    ...(step.settle === undefined ? {} : { settle: step.settle }),
    ...(diff === undefined ? {} : { diff }),
  };
}

/** One line about a step: `DELETE /nodes/pve1/qemu/100 [destructive] purge=yes`. */
export function describeStep({ step, shownPath, risk }: PlanStep, redactor: Redactor): string {
  const isFree = step.over !== undefined && step.over.by !== "cli";
  const params = Object.entries(isFree ? {} : shownParams(step.path, step.params, redactor)).map(
    ([name, value]) => `${name}=${typeof value === "boolean" ? Number(value) : humanise(value)}`,
  );
  const file = step.file === undefined ? [] : [`file=${describeFile(step.file)}`];
  const note = step.note === undefined ? "" : ` (${step.note})`;
  const path = step.over?.by === "cli" ? [`as ${step.method} ${shownPath}`] : [];
  const what = [`${stepTitle({ step, shownPath })} [${risk}]`, ...path, ...params, ...file].join(" ");
  return oneLine(redactor.text(what + note));
}

function describeFile({ from, size, mtimeMs }: StepFile): string {
  const which = "path" in from ? from.path : `artifact ${from.artifact}`;
  return `${which}, ${size} bytes, changed ${new Date(mtimeMs).toISOString()}`;
}

/** What a dry run found out besides the steps. */
export interface DryRun {
  /** Why the call itself would be refused. */
  readonly refusal?: ToolError | undefined;
  readonly facts: PlanFacts;
  /** The plan as it was kept, to be applied. */
  readonly kept?: KeptPlan | undefined;
  /** Why it was not. */
  readonly notKept?: ToolError | undefined;
}

/**
 * The answer to a dry run: every step with parameters, risk, privileges and what it changes, what else
 * it touches, whether the call itself would be refused, and under which id the plan can be applied.
 */
export function shapePlan(plan: Plan, redactor: Redactor, dryRun: DryRun): CallAnswer {
  const { facts, refusal, kept } = dryRun;
  const head = [
    `Dry run of ${plan.tool} on cluster ${plan.cluster}: nothing was changed.`,
    `Risk: ${plan.risk}. Targets: ${plan.targets.length > 0 ? plan.targets.map(oneLine).join(", ") : "none"}`,
  ];
  const body = plan.steps.flatMap((step, index) => [
    `${index + 1}. ${step.step.id}: ${describeStep(step, redactor)}`,
    `   needs ${needsText(step)}${heldSuffix(step, facts)}`,
    ...(step.diff ?? []).map((entry) => `   ${describeDiff(entry)}`),
    ...(step.diff?.length === 0 ? ["   changes no key: it is like that already"] : []),
    ...shownLines(step, facts).map((line) => `   ${line}`),
  ]);
  return {
    text: redactor.text([...head, ...body, ...factLines(facts), ...footOf(plan, dryRun)].join("\n")),
    isError: false,
    data: {
      dryRun: true,
      tool: plan.tool,
      cluster: plan.cluster,
      risk: plan.risk,
      targets: plan.targets,
      steps: plan.steps.map((step) => viewStep(step, redactor)),
      privileges: facts.privileges,
      blastRadius: redactor.value(facts.blastRadius),
      undo: facts.undo,
      ...(facts.shown.length === 0 ? {} : { shown: facts.shown }),
      ...(kept ? { plan: kept.id, expiresAt: kept.expiresAt } : {}),
      ...(refusal ? { refused: { code: refusal.code, message: refusal.message } } : {}),
    },
  };
}

/** What Proxmox VE, or the node itself, asks of us for a step. */
function needsText({ step, privileges }: Pick<PlanStep, "step" | "privileges">): string {
  const node = sshNode(step.over);
  if (node === undefined) return privilegesText(privileges);
  if (isSnippet(step.over)) return `${privilegesText(privileges)}; and SSH to ${node} as root`;
  return `SSH to ${node} as root: it goes around the rights of Proxmox VE's users`;
}

/** The node that a step signs in to; undefined where it goes over REST. */
function sshNode(over: Detour | undefined): string | undefined {
  if (over === undefined || over.by === "cli") return over?.node;
  return over.place.kind === "qemu" ? undefined : over.place.node;
}

/** Proxmox VE's own right on the storage is asked for as well. */
function isSnippet(over: Detour | undefined): boolean {
  return over?.by === "file" && over.snippet !== undefined;
}

/** What a plan shows of a step past the API: account, exact arguments or content, and the difference. */
export function shownLines({ step }: Pick<PlanStep, "step">, { shown }: Pick<PlanFacts, "shown">) {
  return shown.find((one) => one.step === step.id)?.lines ?? [];
}

function heldSuffix({ step }: PlanStep, { privileges }: PlanFacts): string {
  if (sshNode(step.over) !== undefined && !isSnippet(step.over)) return "";
  const known = privileges.find((one) => one.step === step.id);
  return known === undefined ? "" : ` (${heldText(known)})`;
}

function footOf(plan: Plan, { refusal, kept, notKept }: DryRun): readonly string[] {
  if (refusal) return [`The call itself would be refused: ${refusal.message} ${refusal.next ?? ""}`.trim()];
  if (plan.steps.length === 0) return ["There is nothing to do."];
  if (kept) {
    const until = new Date(kept.expiresAt).toISOString().slice(11, 19);
    return [`Plan ${kept.id}, until ${until} UTC: proxmox_plan_apply runs exactly this, once.`];
  }
  const why = notKept ? `The plan was not kept: ${notKept.message} ` : "";
  return [`${why}Call again without dryRun to do it.`];
}

/** `cores: 2 -> 4`. */
export function describeDiff({ key, before, after }: DiffEntry): string {
  return oneLine(`${key}: ${before ?? "(unset)"} -> ${after ?? "(removed)"}`);
}

function shownParams(
  path: string,
  params: Readonly<Record<string, unknown>>,
  redactor: Redactor,
): Readonly<Record<string, unknown>> {
  const inPath = new Set(placeholders(path));
  const rest = Object.entries(params)
    .filter(([name, value]) => value !== undefined && !inPath.has(name))
    .map(([name, value]) => [name, isStepRef(value) ? `{${value.$from}${value.at}}` : value]);
  const masked = redactor.value(Object.fromEntries(rest));
  return isPlainObject(masked) ? masked : {};
}
