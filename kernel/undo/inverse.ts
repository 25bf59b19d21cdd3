import { isStepRef } from "../../sdk/steps.ts";
import { knownParams } from "../call/step-refs.ts";
import type { Plan } from "../call/types.ts";
import { accessList, poolMembers, role } from "./members.ts";
import { made, madePool, rule } from "./objects.ts";
import { putBack } from "./put-back.ts";
import type { Inverse, InverseRule } from "./types.ts";

const RULES: readonly InverseRule[] = [accessList, poolMembers, role, rule, putBack, made, madePool];

/** What each step's object was before, by the step's id. */
export type BeforeStates = ReadonlyMap<string, unknown>;

/**
 * The way back from a plan: the inverse of each step, the last one first. Undefined where some step
 * has none, for half a way back is worse than none; a snapshot taken first needs none.
 */
export function inverseOf(plan: Plan, before: BeforeStates): Inverse | undefined {
  const parts: Inverse[] = [];
  for (const planned of plan.steps) {
    const { step, risk } = planned;
    if (risk === "read" || isOwnSnapshot(planned.step.params.snapname)) continue;
    // What root did on the node the user of the API may not be allowed to take back.
    if (step.over !== undefined) return undefined;
    if (Object.values(step.params).some(isStepRef)) return undefined;
    const undoable = { planned, params: knownParams(step.params), before: before.get(step.id) };
    const part = RULES.map((inverse) => inverse(undoable)).find((found) => found !== undefined);
    if (part === undefined) return undefined;
    parts.unshift(part);
  }
  const shown = parts.filter(({ shows }) => shows !== undefined);
  // Places in a list move with each step: only a plan of one such step is sure of its own.
  if (shown.length > 0 && parts.length > 1) return undefined;
  const [only] = shown;
  return {
    ...(only?.shows === undefined ? {} : { shows: only.shows }),
    steps: parts.flatMap(({ steps }) => steps),
    puts: parts.flatMap(({ puts }) => puts),
    lost: [...new Set(parts.flatMap(({ lost }) => lost))],
  };
}

function isOwnSnapshot(name: unknown): boolean {
  return typeof name === "string" && /^mcp-\d{8}-\d{6}-[0-9a-f]{4}$/.test(name);
}
