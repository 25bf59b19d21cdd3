import { ToolError } from "../../sdk/errors.ts";
import { atPlace } from "../../sdk/places.ts";
import { isStepRef, type PlannedStep, type RestStep, type Step } from "../../sdk/steps.ts";
import type { DefinedTool } from "../../sdk/tool.ts";
import { isStep } from "./step-kinds.ts";

/** A step with the id that it has in the plan. */
export type NamedStep = Step & { readonly id: string };

/** What a planned step is in a tool's uses: `POST /nodes/{node}/qemu`, `cli:qm set`, `guest:exec`. */
export function stepKey({
  method,
  path,
  over,
}: Pick<RestStep, "method" | "path"> & Pick<PlannedStep, "over">): string {
  switch (over?.by) {
    case undefined:
      return `${method} ${path}`;
    case "cli":
      return `cli:${over.command}`;
    case "shell":
      if (over.raw) return "cli:raw";
      return over.place.kind === "node" ? "shell:node" : "guest:exec";
    case "file":
      if (over.snippet !== undefined) return "file:snippets";
      return over.place.kind === "node" ? "file:node" : "guest:file";
  }
}

/** What a step does, for people: `PUT /nodes/pve1/qemu/100/config`, `qm set on pve1`. */
export function stepTitle({
  step,
  shownPath,
}: {
  step: Pick<PlannedStep, "method" | "over">;
  shownPath: string;
}): string {
  const { over } = step;
  switch (over?.by) {
    case undefined:
      return `${step.method} ${shownPath}`;
    case "cli":
      return `${over.command} on ${over.node}`;
    case "shell":
      return `run ${over.raw ? `a raw ${over.argv[0]}` : "a command"} ${atPlace(over.place)}`;
    case "file":
      return `${over.action} ${over.path} ${atPlace(over.place)}`;
  }
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
    if (!isStep(step)) throw invalid(tool, `step ${index + 1} of its plan is no step of a known kind`);
    const id = step.id ?? `s${index + 1}`;
    if (taken.has(id)) throw invalid(tool, `two steps have the id ${id}`);
    for (const [name, value] of Object.entries("params" in step ? step.params : {})) {
      if (isStepRef(value) && !taken.has(value.$from)) {
        throw invalid(tool, `${name} of step ${id} refers to ${value.$from}, which is no earlier step`);
      }
    }
    taken.add(id);
    named.push({ ...step, id });
  }
  return named;
}

function invalid(tool: DefinedTool, why: string): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${tool.name} cannot be run: ${why}. Nothing was changed.`,
    next: "Report it to the author of the tool.",
  });
}
