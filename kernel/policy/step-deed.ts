import type { PlanStep } from "../call/types.ts";
import type { Deed } from "./rules/match.ts";

/** What every step of a call shares. */
export type DeedOf = Pick<Deed, "tool" | "plugin" | "cluster">;

/** A planned step as rules see it. */
export function stepDeed({ risk, shownPath }: Pick<PlanStep, "risk" | "shownPath">, of: DeedOf): Deed {
  return { ...of, risk, family: undefined, path: shownPath, sudo: false, timeoutMs: undefined };
}

/** A read, or what a tool of the kernel does, as rules see it. */
export function callDeed(risk: Deed["risk"], of: DeedOf): Deed {
  return { ...of, risk, family: undefined, path: undefined, sudo: false, timeoutMs: undefined };
}
