import type { Subject } from "../subjects.ts";
import { type Deed, ruleMatches } from "./match.ts";
import { ACTIONS, type Action, type Rule } from "./types.ts";

/** What the rules say about one deed and one thing that it touches. */
export interface Decision {
  readonly action: Action;
  /** The rule that decided; undefined where none holds, which leaves the step as the other settings have it. */
  readonly rule?: Rule;
  /** The thing that was judged. */
  readonly subject: Subject;
  /** Why the rule says so where that is not plain from its words. */
  readonly because?: string;
}

/**
 * The first rule that holds decides. A rule of which that cannot be told is taken at its word, and so is what
 * comes after it: the strictest of them counts, so that what could not be looked up never lets more through.
 */
export function decide(rules: readonly Rule[], deed: Deed, subject: Subject): Decision {
  let strictest: Decision | undefined;
  for (const rule of rules) {
    const match = ruleMatches(rule, deed, subject);
    if (match === "no") continue;
    const decision = { ...limited(rule, deed), rule, subject };
    const told =
      match === "maybe" ? { ...decision, because: decision.because ?? notTold(subject) } : decision;
    strictest = stricter(strictest, told);
    if (match === "yes") return strictest;
  }
  return stricter(strictest, { action: "allow", subject });
}

/** The stricter of two; the first where they are alike. */
export function stricter(a: Decision | undefined, b: Decision): Decision {
  if (a === undefined) return b;
  return ACTIONS.indexOf(b.action) > ACTIONS.indexOf(a.action) ? b : a;
}

function limited({ action, limits }: Rule, deed: Deed): { action: Action; because?: string } {
  if (action === "deny") return { action };
  if (limits.sudo === false && deed.sudo)
    return { action: "deny", because: "it runs as another user, and the rule has sudo=no" };
  const { maxTimeoutMs } = limits;
  if (maxTimeoutMs === undefined || deed.timeoutMs === undefined || deed.timeoutMs <= maxTimeoutMs)
    return { action };
  return {
    action: "deny",
    because: `it is given ${deed.timeoutMs} ms, and the rule allows ${maxTimeoutMs} ms`,
  };
}

function notTold({ why }: Subject): string {
  return `whether the rule is meant cannot be told${why === undefined ? "" : ` (${why})`}, which counts as yes`;
}
