import { highestRisk } from "../../sdk/risk.ts";
import type { RestStep } from "../../sdk/steps.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { configReader } from "../call/config-files.ts";
import { configDiff } from "../call/diff.ts";
import { knownParams } from "../call/step-refs.ts";
import type { ConfigFile, Plan, PlanStep } from "../call/types.ts";
import { omit, pathNames, pick, shown } from "../readback/families/context.ts";
import { fieldsOf } from "../readback/judge.ts";
import type { SeenAnswer, Values } from "../readback/types.ts";
import type { Redactor } from "../secrets/redact.ts";

/** What making an undo plan takes. */
export interface UndoPlanParts {
  readonly catalog: Catalog;
  readonly seen: readonly SeenAnswer[];
  readonly redactor: Redactor;
}

/**
 * The plan that takes these steps, on the objects as they were read back. Undefined where Proxmox VE would
 * not take one of them.
 */
export function undoPlan(plan: Plan, steps: readonly RestStep[], parts: UndoPlanParts): Plan | undefined {
  const planned: PlanStep[] = [];
  for (const [index, step] of steps.entries()) {
    const one = plannedStep(step, `s${index + 1}`, parts);
    if (one === undefined) return undefined;
    planned.push(one);
  }
  return {
    ...plan,
    risk: highestRisk(planned.map(({ risk }) => risk)),
    steps: planned,
    guests: plan.guests.map((guest) => ({ ...guest, name: nameNow(plan, guest.vmid) ?? guest.name })),
  };
}

function plannedStep(step: RestStep, id: string, parts: UndoPlanParts): PlanStep | undefined {
  const { catalog } = parts;
  const endpoint = catalog.endpoint(`${step.method} ${step.path}`);
  const params = knownParams(step.params);
  if (endpoint === undefined || catalog.check(endpoint, params).length > 0) return undefined;
  const risk = catalog.risk(endpoint, params);
  const checked: PlanStep = {
    step: { ...step, id, risk },
    endpoint,
    shownPath: shown(step.path, params),
    risk,
    privileges: catalog.privileges(endpoint, params),
  };
  const config = configNow(checked, params, parts);
  if (config === undefined) return checked;
  const change = knownParams(omitPath(step, params));
  const diff = configDiff({ method: step.method, params: change, values: config.values }, parts.redactor);
  return { ...checked, config, diff };
}

function omitPath({ path, params }: RestStep, known: Values): RestStep["params"] {
  const left = omit(known, pathNames(path));
  return Object.fromEntries(Object.entries(params).filter(([name]) => Object.hasOwn(left, name)));
}

/** The file that the step changes, as it was just read; undefined where that did not tell its digest. */
function configNow(
  { endpoint, shownPath }: PlanStep,
  params: Values,
  parts: UndoPlanParts,
): ConfigFile | undefined {
  const reader = configReader(parts.catalog, endpoint);
  if (reader === undefined) return undefined;
  const place = pick(params, pathNames(endpoint.path));
  // A guest's pending options are read instead of its configuration; they tell the same digest.
  const path = endpoint.path.replace(/^(\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\})\/config$/, "$1/pending");
  const answer = parts.seen.find(
    (one) => one.endpoint === `GET ${path}` && shown(path, one.params) === shown(path, place),
  );
  const fields = answer && fieldsOf(answer.data);
  if (fields === undefined || typeof fields.now.digest !== "string") return undefined;
  const { digest } = fields.now;
  const gone = [...fields.leaving];
  const values = { ...omit(fields.now, gone), ...fields.pending };
  return { endpoint: reader, params: place, shownPath, digest, values };
}

/** A name that the change itself gave the guest. */
function nameNow({ steps }: Plan, vmid: number): string | undefined {
  const names = steps
    .filter(({ step }) => String(step.params.vmid) === String(vmid) && step.path.endsWith("/config"))
    .map(({ step }) => step.params.name ?? step.params.hostname);
  return names.filter((name) => typeof name === "string").at(-1);
}
