import { isStepRef, type ParamValue, type StepParams } from "../../sdk/steps.ts";

/** Parameters whose values are known when planning. */
export function knownParams(params: StepParams): Readonly<Record<string, ParamValue>> {
  const known: Record<string, ParamValue> = {};
  for (const [name, value] of Object.entries(params)) if (!isStepRef(value)) known[name] = value;
  return known;
}

/** Names of the parameters that stand for an earlier answer. */
export function refNames(params: StepParams): string[] {
  return Object.keys(params).filter((name) => isStepRef(params[name]));
}
