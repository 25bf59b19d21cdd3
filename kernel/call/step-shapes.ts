import { ToolError } from "../../sdk/errors.ts";
import { type CliStep, isStepRef, type PlannedStep, type RestStep, type Step } from "../../sdk/steps.ts";
import type { DefinedTool } from "../../sdk/tool.ts";
import { isPlainObject } from "./json-schema.ts";

const METHODS: ReadonlySet<unknown> = new Set(["GET", "POST", "PUT", "DELETE"]);

/** A step with the id that it has in the plan. */
export type NamedStep = Step & { readonly id: string };

/** What a step is in a tool's uses: `POST /nodes/{node}/qemu`, `cli:qm set`. */
export function stepKey({
  method,
  path,
  over,
}: Pick<RestStep, "method" | "path"> & Pick<PlannedStep, "over">): string {
  return over === undefined ? `${method} ${path}` : `cli:${over.command}`;
}

/** What a step does, for people: `PUT /nodes/pve1/qemu/100/config`, `qm set on pve1`. */
export function stepTitle({
  step,
  shownPath,
}: {
  step: Pick<PlannedStep, "method" | "over">;
  shownPath: string;
}): string {
  return step.over === undefined
    ? `${step.method} ${shownPath}`
    : `${step.over.command} on ${step.over.node}`;
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
    if (!isRestStep(step) && !isCliStep(step)) {
      throw invalid(tool, `step ${index + 1} of its plan is neither a REST step nor one of the command line`);
    }
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

const NODE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

function isCliStep(step: unknown): step is CliStep {
  return (
    isPlainObject(step) &&
    step.via === "cli" &&
    typeof step.node === "string" &&
    NODE_NAME.test(step.node) &&
    typeof step.command === "string" &&
    isPlainObject(step.params) &&
    !Object.values(step.params).some(isStepRef) &&
    (step.id === undefined || typeof step.id === "string")
  );
}

function isRestStep(step: unknown): step is RestStep {
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
