import type { Risk } from "./risk.ts";
import type { StepFile } from "./uploads.ts";

/** A value that the API takes for one parameter, before encoding. `undefined` is left out. */
export type ParamValue = string | number | boolean | readonly (string | number)[] | undefined;

/** Stands for a part of an earlier step's answer; filled in just before the step runs. */
export interface StepRef {
  /** Id of the earlier step. */
  readonly $from: string;
  /** JSON pointer into that step's answer; `""` is the whole answer. */
  readonly at: string;
}

/** Parameters of a step by name; path placeholders are parameters like any other. */
export type StepParams = Readonly<Record<string, ParamValue | StepRef>>;

/** HTTP methods that the Proxmox VE API knows. */
export type HttpMethod = "GET" | "POST" | "PUT" | "DELETE";

/** What must be seen on the cluster, beyond the step's own answer, before the step counts as done. */
export type Settle =
  | {
      readonly kind: "guest";
      readonly vmid: number;
      readonly status: "running" | "stopped" | "paused" | "absent";
    }
  | { readonly kind: "node"; readonly node: string; readonly goes: "down" | "down-up" };

/** One call of the REST API. */
export interface RestStep {
  /** Unique within the plan; the kernel assigns `s1`, `s2`, … where it is left out. */
  readonly id?: string;
  readonly via: "rest";
  readonly method: HttpMethod;
  /** Path template as in the API documentation: `/nodes/{node}/qemu/{vmid}/clone`. */
  readonly path: string;
  readonly params: StepParams;
  /** Sent along; only `POST /nodes/{node}/storage/{storage}/upload` takes one. */
  readonly file?: StepFile;
  /** What to verify afterwards. */
  readonly settle?: Settle;
  /** One short sentence for the plan; the kernel writes `METHOD path` where it is left out. */
  readonly note?: string;
}

/** A step of a plan: data only. Further kinds join with their transports. */
export type Step = RestStep;

/** What a step may carry besides its parameters. */
export interface StepOptions {
  readonly id?: string;
  readonly file?: StepFile;
  readonly settle?: Settle;
  readonly note?: string;
}

function restStep(method: HttpMethod) {
  return (path: string, params: StepParams = {}, options: StepOptions = {}): RestStep => ({
    ...options,
    via: "rest",
    method,
    path,
    params,
  });
}

/** Builders of REST steps: `rest.post("/nodes/{node}/qemu/{vmid}/clone", { node, vmid, newid })`. */
export const rest = {
  get: restStep("GET"),
  post: restStep("POST"),
  put: restStep("PUT"),
  delete: restStep("DELETE"),
} as const;

/** Refers to a part of an earlier step's answer. */
export function from(stepId: string, pointer = ""): StepRef {
  return { $from: stepId, at: pointer };
}

/** True when a parameter stands for an earlier answer. */
export function isStepRef(value: unknown): value is StepRef {
  return typeof value === "object" && value !== null && "$from" in value && "at" in value;
}

/** A planned step after the kernel checked it: always with an id and its own risk. */
export type PlannedStep = Step & { readonly id: string; readonly risk: Risk };
