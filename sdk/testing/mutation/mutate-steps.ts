import type { SnippetStep } from "../../snippet-steps.ts";
import {
  isStepRef,
  type ParamValue,
  type Step,
  type StepParams,
  type StepRef,
  stepUse,
} from "../../steps.ts";
import type { Mutation } from "./mutation.ts";

interface NamedStep {
  readonly name: string;
  readonly step: Step;
}

/**
 * What can be done to a plan: every step left out, every parameter dropped or changed. What fills the path is not
 * dropped, for no request comes of it; a reference to an earlier answer has no other value to be changed to.
 */
export function mutationsOfPlan(plan: readonly Step[]): readonly Mutation[] {
  return named(plan).flatMap(({ name, step }) => [
    { kind: "leave-out" as const, step: name },
    ...Object.entries(paramsOf(step)).flatMap(([parameter, value]) => {
      if (value === undefined) return [];
      const inPath = isNeeded(step, parameter);
      const both = { step: name, parameter };
      return [
        ...(inPath ? [] : [{ kind: "drop" as const, ...both }]),
        ...(isStepRef(value) ? [] : [{ kind: "change" as const, ...both }]),
      ];
    }),
  ]);
}

/** The plan with the mutation's fault in it; the plan itself where it has no such step or parameter. */
export function mutatedPlan(plan: readonly Step[], mutation: Mutation): readonly Step[] {
  if (mutation.kind === "blank") return plan;
  return named(plan).flatMap(({ name, step }) => {
    if (name !== mutation.step) return [step];
    if (mutation.kind === "leave-out") return [];
    return [withParams(step, mutatedParams(paramsOf(step), mutation.kind, mutation.parameter))];
  });
}

/** What a step is told: of a command or a file past the API, what decides what becomes of it. */
function paramsOf(step: Step): StepParams {
  if (step.via === "rest" || step.via === "cli") return step.params;
  if (step.via === "shell") return { argv: step.argv.join("\0"), stdin: step.stdin };
  if (step.via === "snippet") {
    const { storage, name, content, expected } = step;
    return { storage, name, content: content && "text" in content ? content.text : undefined, expected };
  }
  const { path, content, mode, expected } = step;
  return { path, content: content && "text" in content ? content.text : undefined, mode, expected };
}

/** The reverse of {@link paramsOf}. */
function withParams(step: Step, params: StepParams): Step {
  if (step.via === "rest" || step.via === "cli") return { ...step, params };
  if (step.via === "shell") {
    const { stdin: _old, ...rest } = step;
    const { argv, stdin } = params;
    return {
      ...rest,
      argv: String(argv).split("\0"),
      ...(stdin === undefined ? {} : { stdin: String(stdin) }),
    };
  }
  if (step.via === "snippet") return withSnippetParams(step, params);
  const { mode: _mode, expected: _expected, ...rest } = step;
  const { path, content, mode, expected } = params;
  return {
    ...rest,
    path: String(path),
    ...(content === undefined ? {} : { content: { text: String(content) } }),
    ...(mode === undefined ? {} : { mode: Number(mode) }),
    ...(expected === undefined ? {} : { expected: String(expected) }),
  };
}

function withSnippetParams(step: SnippetStep, params: StepParams): SnippetStep {
  const { expected: _expected, ...rest } = step;
  const { storage, name, content, expected } = params;
  return {
    ...rest,
    storage: String(storage),
    name: String(name),
    ...(content === undefined ? {} : { content: { text: String(content) } }),
    ...(expected === undefined ? {} : { expected: String(expected) }),
  };
}

/** What fills a path or is the command itself: without it there would be no step to speak of. */
function isNeeded(step: Step, parameter: string): boolean {
  if (step.via === "rest") return step.path.includes(`{${parameter}}`);
  return step.via !== "cli" && ["argv", "path", "storage", "name", "content"].includes(parameter);
}

/** Steps are told apart by what they call, and by their order where a plan calls the same twice. */
function named(plan: readonly Step[]): readonly NamedStep[] {
  const seen = new Map<string, number>();
  return plan.map((step) => {
    const call = stepUse(step);
    const count = (seen.get(call) ?? 0) + 1;
    seen.set(call, count);
    return { name: count === 1 ? call : `${call} (${count})`, step };
  });
}

function mutatedParams(params: StepParams, kind: "drop" | "change", parameter: string): StepParams {
  const { [parameter]: value, ...others } = params;
  if (value === undefined || kind === "drop") return others;
  // In its old place: the order of parameters is part of some requests.
  return { ...params, [parameter]: otherThan(value) };
}

/** Another value of the same kind, as near as can be: one that a server is likely to take as well. */
function otherThan(value: Exclude<ParamValue, undefined> | StepRef): ParamValue | StepRef {
  if (isStepRef(value)) return value;
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  if (typeof value === "string") return otherText(value);
  const [first = "", ...rest] = value;
  return [typeof first === "number" ? first + 1 : otherText(first), ...rest];
}

/** Its last number one higher, or a letter more. */
function otherText(text: string): string {
  const [, before = "", number = "", after = ""] = /^(.*?)(\d{1,15})(\D*)$/s.exec(text) ?? [];
  return number === "" ? `${text}x` : `${before}${Number(number) + 1}${after}`;
}
