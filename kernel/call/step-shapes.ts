import { ToolError } from "../../sdk/errors.ts";
import { isStepRef, type Step } from "../../sdk/steps.ts";
import type { DefinedTool } from "../../sdk/tool.ts";
import { isPlainObject } from "./json-schema.ts";

const METHODS: ReadonlySet<unknown> = new Set(["GET", "POST", "PUT", "DELETE"]);

/** A step with the id that it has in the plan. */
export type NamedStep = Step & { readonly id: string };

/** The key of a step's endpoint: `POST /nodes/{node}/qemu`. */
export function stepKey(step: Step): string {
  return `${step.method} ${step.path}`;
}

/**
 * What a tool's `plan` answered, as steps with ids: `s1`, `s2`, … where it gave none. Throws
 * `invalid_plan` for anything that is no list of steps; plugins are not trusted to keep to their types.
 */
export function checkStepShapes(tool: DefinedTool, answer: unknown): readonly NamedStep[] {
  if (!Array.isArray(answer)) throw invalid(tool, "its plan is no list of steps");
  const steps: readonly unknown[] = answer;
  const named: NamedStep[] = [];
  const taken = new Set<string>();
  for (const [index, step] of steps.entries()) {
    if (!isRestStep(step)) throw invalid(tool, `step ${index + 1} of its plan is no REST step`);
    const id = step.id ?? `s${index + 1}`;
    if (taken.has(id)) throw invalid(tool, `two steps have the id ${id}`);
    for (const [name, value] of Object.entries(step.params)) {
      if (isStepRef(value) && !taken.has(value.$from)) {
        throw invalid(tool, `${name} of step ${id} refers to ${value.$from}, which is no earlier step`);
      }
    }
    taken.add(id);
    named.push({ ...step, id });
  }
  return named;
}

function isRestStep(step: unknown): step is Step {
  return (
    isPlainObject(step) &&
    step.via === "rest" &&
    METHODS.has(step.method) &&
    typeof step.path === "string" &&
    isPlainObject(step.params) &&
    (step.file === undefined || isUpload(step)) &&
    (step.id === undefined || typeof step.id === "string")
  );
}

/** Only uploads carry a file, and it is said exactly which. */
function isUpload({ method, path, file }: Readonly<Record<string, unknown>>): boolean {
  if (`${String(method)} ${String(path)}` !== "POST /nodes/{node}/storage/{storage}/upload") return false;
  if (!isPlainObject(file) || !isPlainObject(file.from)) return false;
  const { path: at, artifact } = file.from;
  return (
    (typeof at === "string") !== (typeof artifact === "string") &&
    Number.isSafeInteger(file.size) &&
    typeof file.mtimeMs === "number" &&
    typeof file.sha256 === "string" &&
    /^[0-9a-f]{64}$/.test(file.sha256)
  );
}

function invalid(tool: DefinedTool, why: string): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${tool.name} cannot be run: ${why}. Nothing was changed.`,
    next: "Report it to the author of the tool.",
  });
}
