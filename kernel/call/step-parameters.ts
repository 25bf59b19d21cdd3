import { ToolError } from "../../sdk/errors.ts";
import type { PlannedStep, RestStep } from "../../sdk/steps.ts";
import type { Catalog, Endpoint, ParamFault } from "../../vendor/pve-docs/types.ts";
import { isPlainObject } from "./json-schema.ts";
import { knownParams, refNames } from "./step-refs.ts";
import { stepKey } from "./step-shapes.ts";

/** A step and what its parameters are checked against. */
export interface StepCheck {
  readonly step: RestStep & Pick<PlannedStep, "over">;
  readonly endpoint: Endpoint;
  readonly catalog: Catalog;
  readonly input: Readonly<Record<string, unknown>>;
  readonly tool: string;
}

/**
 * Throws for parameters that Proxmox VE would refuse, all faults at once: `invalid_input` where the caller's
 * input caused them, `invalid_plan` where the tool made them up. Parameters known only later are skipped.
 */
export function checkParameters({ step, endpoint, catalog, input, tool }: StepCheck): void {
  const later = new Set(refNames(step.params));
  const known = knownParams(step.params);
  const faults = catalog.check(endpoint, known).filter((fault) => !later.has(baseName(fault)));
  if (faults.length === 0) return;
  const given = givenBy(input);
  const ownFault = faults.find((fault) => !isFromInput(fault, known, given));
  const list = faults.map(({ param, message }) => `${param}: ${message.trim()}`).join("; ");
  if (ownFault) {
    throw new ToolError({
      code: "invalid_plan",
      message: `${tool} planned ${stepKey(step)} with parameters that Proxmox VE refuses. ${list}. Nothing was changed.`,
      next: "Report it to the author of the tool.",
      details: { step: stepKey(step), faults },
    });
  }
  throw new ToolError({
    code: "invalid_input",
    message: `${stepKey(step)} does not take these parameters. ${list}. Nothing was changed.`,
    next: "Correct these parameters and call again.",
    details: { step: stepKey(step), faults },
  });
}

function baseName({ param }: ParamFault): string {
  return /^[^[.]+/.exec(param)?.[0] ?? param;
}

interface Given {
  readonly names: ReadonlySet<string>;
  readonly texts: readonly string[];
}

/** A missing parameter, one that the input names, or one whose value came from the input or from a path in it. */
function isFromInput(fault: ParamFault, known: Readonly<Record<string, unknown>>, given: Given): boolean {
  const name = baseName(fault);
  const value = known[name];
  if (value === undefined || given.names.has(name)) return true;
  const text = String(value);
  return given.texts.some((part) => part !== "" && (text.includes(part) || part.split("/").includes(text)));
}

function givenBy(input: Readonly<Record<string, unknown>>): Given {
  const names = new Set<string>();
  const texts: string[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isPlainObject(value)) {
      for (const [name, part] of Object.entries(value)) {
        names.add(name);
        visit(part);
      }
    } else if (value !== undefined && value !== null && typeof value !== "boolean") texts.push(String(value));
  };
  visit(input);
  return { names, texts };
}
