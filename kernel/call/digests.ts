import { ToolError } from "../../sdk/errors.ts";
import { isStepRef } from "../../sdk/steps.ts";
import type { ConfigFile, Plan, PlanStep } from "./types.ts";

/** Reads a config file as it is now. */
export type ReadConfig = (file: ConfigFile) => Promise<Readonly<Record<string, unknown>>>;

/**
 * Keys that Proxmox VE itself adjusts when another key of the file changes: the
 * digest, a detached disk becoming `unusedN`, the mark of a template, the lock of a running task.
 */
const DERIVED = /^(?:digest|lock|template|parent|unused\d+)$/;

/** Equal as far as a config file can tell: everything in it is text. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined) return false;
  if (typeof a !== "object" && typeof b !== "object") return String(a) === String(b);
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Says which digest goes with each step of one run of a plan: the planned one
 * with the first write to a file; with a later write the one read again after our
 * own steps, provided that nothing but what they named differs.
 */
export class ConfigDigests {
  readonly #plan: Plan;
  readonly #read: ReadConfig;
  readonly #begun: PlanStep[] = [];

  constructor(plan: Plan, read: ReadConfig) {
    this.#plan = plan;
    this.#read = read;
  }

  /**
   * Call it right before a step is sent, once a step and in order. Answers the digest to send as
   * the parameter `digest`, undefined where none applies. Throws ToolError
   * `conflict` when someone else changed the file in between.
   */
  async before(step: PlanStep): Promise<string | undefined> {
    const earlier = this.#begun.filter((other) => step.config && touches(other, step.config));
    this.#begun.push(step);
    const { config } = step;
    if (!config || step.step.params.digest !== undefined) return undefined;
    if (earlier.length === 0) return config.digest;
    const now = await this.#read(config);
    const ours = new Set(earlier.flatMap(namedKeys));
    const foreign = changedKeys(config.values, now).filter((key) => !ours.has(key) && !DERIVED.test(key));
    if (foreign.length > 0) throw changedByOthers(config, foreign, this.#plan.tool);
    return typeof now.digest === "string" ? now.digest : undefined;
  }
}

/** The conflict to answer when a config file is no longer what the plan was made from. */
export function changedByOthers(file: ConfigFile, keys: readonly string[], tool: string): ToolError {
  const what = keys.length > 0 ? ` (${keys.join(", ")})` : "";
  return new ToolError({
    code: "conflict",
    message: `${file.shownPath} was changed by someone else${what} since ${tool} planned its change.`,
    next: "Read the configuration again and repeat the call if the change is still wanted.",
    retry: true,
    details: { path: file.shownPath, keys },
  });
}

/** Keys whose values differ. */
export function changedKeys(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>,
): string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].filter((key) => !sameValue(before[key], after[key]));
}

/** True when a step that ran may have changed the file: the same file, or the same guest. */
function touches(other: PlanStep, file: ConfigFile): boolean {
  if (other.risk === "read") return false;
  if (other.config) return other.config.shownPath === file.shownPath;
  const guest = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/\d+(?=\/|$)/.exec(file.shownPath)?.[0];
  return guest !== undefined && `${other.shownPath}/`.startsWith(`${guest}/`);
}

/** Keys that a step sets, deletes, or names as a value, as `disk: scsi0` does. */
function namedKeys(step: PlanStep): string[] {
  return Object.entries(step.step.params).flatMap(([name, value]) => {
    if (value === undefined || isStepRef(value)) return [name];
    const values = Array.isArray(value) ? value.map(String) : String(value).split(/[,; ]+/);
    return [name, ...values];
  });
}
