import { ToolError } from "../../sdk/errors.ts";
import { isStepRef, type StepParams } from "../../sdk/steps.ts";

/** Answers of the steps that ran, by step id. */
export type StepAnswers = ReadonlyMap<string, unknown>;

/** Parameters with every reference to an earlier answer filled in. Throws ToolError `invalid_plan`. */
export function fillReferences(params: StepParams, answers: StepAnswers): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(params)) {
    filled[name] = isStepRef(value) ? parameterAt(name, value.$from, value.at, answers) : value;
  }
  return filled;
}

function parameterAt(name: string, stepId: string, pointer: string, answers: StepAnswers): unknown {
  const found = answers.has(stepId) ? resolvePointer(answers.get(stepId), pointer) : undefined;
  if (isParameter(found)) return found;
  throw new ToolError({
    code: "invalid_plan",
    message: `The answer of step ${stepId} has no value at "${pointer}" for the parameter ${name}.`,
    next: "What was done so far stays done; look at the object before calling again.",
  });
}

function isParameter(value: unknown): boolean {
  if (Array.isArray(value))
    return value.every((item) => typeof item === "string" || typeof item === "number");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The value at a JSON pointer (RFC 6901); undefined where there is none. */
export function resolvePointer(value: unknown, pointer: string): unknown {
  if (pointer === "") return value;
  if (!pointer.startsWith("/")) return undefined;
  let at = value;
  for (const token of pointer.slice(1).split("/")) {
    const key = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof at !== "object" || at === null) return undefined;
    if (Array.isArray(at) && !/^(?:0|[1-9]\d*)$/.test(key)) return undefined;
    at = Object.getOwnPropertyDescriptor(at, key)?.value;
  }
  return at;
}
