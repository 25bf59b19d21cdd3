import type { FileStep, ShellStep } from "./inside-steps.ts";
import type { Place } from "./places.ts";
import type { Risk } from "./risk.ts";
import type { SnippetStep } from "./snippet-steps.ts";
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

/** One command of Proxmox VE's own tools, run on a node as root by SSH. Takes the grant `cli`. */
export interface CliStep {
  readonly id?: string;
  readonly via: "cli";
  /** Where it runs. */
  readonly node: string;
  /** All words up to the arguments: `qm set`, `pvesh get`. */
  readonly command: string;
  /** Arguments and options by name, with the values that the API method behind the command takes; no references. */
  readonly params: StepParams;
  /** What to verify afterwards. */
  readonly settle?: Settle;
  /** One short sentence for the plan. */
  readonly note?: string;
}

/** A step of a plan: data only. */
export type Step = RestStep | CliStep | ShellStep | FileStep | SnippetStep;

export type { GuestPlace } from "./places.ts";

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

/** Builds a step that runs a command on a node: `cli("pve1", "qm set", { vmid: 100, args: "-cpu host" })`. */
export function cli(
  node: string,
  command: string,
  params: CliStep["params"] = {},
  options: Pick<CliStep, "id" | "settle" | "note"> = {},
): CliStep {
  return { ...options, via: "cli", node, command, params };
}

/** Refers to a part of an earlier step's answer. */
export function from(stepId: string, pointer = ""): StepRef {
  return { $from: stepId, at: pointer };
}

/** True when a parameter stands for an earlier answer. */
export function isStepRef(value: unknown): value is StepRef {
  return typeof value === "object" && value !== null && "$from" in value && "at" in value;
}

/** What a step is among its tool's uses: `POST /nodes/{node}/qemu`, `cli:qm set`, `shell:node`, `file:snippets`. */
export function stepUse(step: Step): string {
  switch (step.via) {
    case "rest":
      return `${step.method} ${step.path}`;
    case "cli":
      return `cli:${step.command}`;
    case "shell":
      if (step.raw) return "cli:raw";
      return step.place.kind === "node" ? "shell:node" : "guest:exec";
    case "file":
      return step.place.kind === "node" ? "file:node" : "guest:file";
    case "snippet":
      return "file:snippets";
  }
}

/** How a planned step goes over a node's command line instead of REST. */
export interface CommandLine {
  readonly by: "cli";
  readonly node: string;
  /** Whether the login goes on as root from there. */
  readonly sudo?: boolean;
  readonly command: string;
  /** What `pvesh` is given as path, and the parameters that are part of it. */
  readonly apiPath?: { readonly path: string; readonly params: readonly string[] };
}

/** As whom something is done at a place. */
interface At {
  readonly place: Place;
  /** The account that it begins as, for people. */
  readonly user: string;
  /** Whether it goes on as root from there. */
  readonly sudo: boolean;
}

/** How a planned step runs a free command. */
export type ShellLine = At & { readonly by: "shell" } & Pick<
    ShellStep,
    "argv" | "stdin" | "timeoutMs" | "raw"
  >;

/** How a planned step reads or changes a file. */
export type FileLine = At & {
  readonly by: "file";
  readonly action: FileStep["action"] | "remove";
  /** The volume ID, where the file is a snippet on a storage and no file of free choice. */
  readonly snippet?: string;
} & Pick<FileStep, "path" | "content" | "expected" | "mode" | "maxBytes">;

/** Any way past the API. */
export type Detour = CommandLine | ShellLine | FileLine;

/**
 * A planned step after the kernel checked it: always with an id and its own risk. One that goes past the API has
 * method, path and parameters of what stands closest to it there, so that it is judged and shown as that is.
 */
export type PlannedStep = RestStep & {
  readonly id: string;
  readonly risk: Risk;
  readonly over?: Detour;
};
