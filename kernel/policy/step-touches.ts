import type { PlanStep } from "../call/types.ts";
import { restTouches } from "./rest-touches.ts";
import type { Touch } from "./touches.ts";

/** What a planned step touches. */
export function stepTouches({ step, risk }: Pick<PlanStep, "step" | "risk">): readonly Touch[] {
  const known = Object.fromEntries(
    Object.entries(step.params).filter(([, value]) => !(typeof value === "object" && "$from" in value)),
  );
  return restTouches({ method: step.method, path: step.path, params: known, risk });
}
