import { ToolError } from "../../sdk/errors.ts";
import { nameToType, severeSteps } from "../consent/object-name.ts";
import { radiusLines } from "../plans/describe.ts";
import type { PlanFacts } from "../plans/types.ts";
import { needsConfirmation } from "../policy/access.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { oneLine } from "./one-line.ts";
import { describeStep, shownLines } from "./shape-plan.ts";
import type { CallContext, HumanAnswer, HumanQuestion, Plan } from "./types.ts";
import { cancelled } from "./upstream-errors.ts";

const PROGRESS_EVERY_MS = 5_000;

/** What confirming needs of the settings. */
export type ConfirmSettings = Pick<Settings, "confirm" | "limits">;

/** Why a human is asked, and what is known of the plan besides its steps. */
export interface Asking {
  /** The rule that wants it. */
  readonly asked?: string | undefined;
  readonly facts?: PlanFacts | undefined;
}

/** Whether a human has to confirm a plan: from the configured risk up, and where a rule wants it. */
export function isToBeConfirmed(plan: Plan, settings: ConfirmSettings, asked: string | undefined): boolean {
  return asked !== undefined || needsConfirmation(plan.risk, settings.confirm);
}

/** How a human of the client is asked. */
export type Ask = NonNullable<CallContext["ask"]>;

/**
 * Asks the human behind the client, with a time limit. Throws unless the answer was yes: no answer means no, and
 * repeating the call is no answer.
 */
export async function confirm(
  plan: Plan,
  context: CallContext & { readonly ask: Ask },
  settings: ConfirmSettings,
  redactor: Redactor,
  asking: Asking = {},
): Promise<void> {
  const answer = await patiently(
    context.ask,
    question(plan, redactor, asking),
    context,
    settings.limits.confirmTimeoutMs,
  );
  if (context.signal.aborted) throw cancelled(plan.tool);
  if (answer !== "accepted") throw declined(plan, answer);
}

/** What the human is asked: the tool, what it touches, every step, what else is touched, and what cannot be undone. */
export function question(plan: Plan, redactor: Redactor, { asked, facts }: Asking = {}): HumanQuestion {
  const severe = severeSteps(plan);
  const lines = [
    `${plan.tool} asks to change the cluster ${plan.cluster}.`,
    `Targets: ${plan.targets.map(oneLine).join(", ")}`,
    "Steps:",
    ...plan.steps.flatMap((step, index) => [
      `${index + 1}. ${describeStep(step, redactor)}`,
      ...(facts === undefined ? [] : shownLines(step, facts)).map((line) => `   ${redactor.text(line)}`),
    ]),
    ...(facts === undefined ? [] : radiusLines(facts.blastRadius).map((line) => redactor.text(line))),
  ];
  if (severe.length > 0) {
    const which = severe.map(({ step }) => plan.steps.findIndex((other) => other.step.id === step.id) + 1);
    lines.push(`Cannot be undone: step ${which.join(", ")}. Data can be lost.`);
  }
  if (asked !== undefined) lines.push(`Asked because of ${oneLine(asked)}`);
  const typed = nameToType(plan, redactor);
  return { message: lines.join("\n"), ...(typed === undefined ? {} : { typed }) };
}

/** Asks with progress meanwhile; anything but an answer in time is `absent`. */
async function patiently(
  ask: Ask,
  asked: HumanQuestion,
  context: CallContext,
  timeoutMs: number,
): Promise<HumanAnswer> {
  const { signal } = context;
  if (signal.aborted) return "absent";
  const begun = Date.now();
  const report = () => {
    context.progress(`Waiting for a human to confirm (${Math.round((Date.now() - begun) / 1000)} s)`);
  };
  report();
  const ticking = setInterval(report, PROGRESS_EVERY_MS);
  let over: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const gone = new Promise<HumanAnswer>((resolve) => {
    onAbort = () => resolve("absent");
    over = setTimeout(onAbort, timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([ask(asked, timeoutMs).catch((): HumanAnswer => "absent"), gone]);
  } finally {
    clearInterval(ticking);
    clearTimeout(over);
    if (onAbort) signal.removeEventListener("abort", onAbort);
  }
}

function declined(plan: Plan, answer: HumanAnswer): ToolError {
  const why = answer === "declined" ? "The human said no" : "Nobody answered, which counts as no";
  return new ToolError({
    code: "declined",
    message: `${why}: ${plan.tool} on ${plan.targets.map(oneLine).join(", ")}. Nothing was changed.`,
    next: "Do not repeat the call unless the human asks for it.",
  });
}
