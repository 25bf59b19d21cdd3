import type { PlanStep } from "../call/types.ts";
import type { Deed } from "./rules/match.ts";

/** What every step of a call shares. */
export type DeedOf = Pick<Deed, "tool" | "plugin" | "cluster">;

/** A planned step as rules see it. */
export function stepDeed(
  { step, risk, shownPath }: Pick<PlanStep, "step" | "risk" | "shownPath">,
  of: DeedOf,
): Deed {
  const family = step.over?.command.split(" ", 1)[0];
  return { ...of, risk, family, path: shownPath, sudo: false, timeoutMs: undefined };
}

/** A read, or what a tool of the kernel does, as rules see it. */
export function callDeed(risk: Deed["risk"], of: DeedOf): Deed {
  return { ...of, risk, family: undefined, path: undefined, sudo: false, timeoutMs: undefined };
}
