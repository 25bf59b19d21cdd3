import type { Risk } from "../../sdk/risk.ts";
import type { PlannedStep } from "../../sdk/steps.ts";
import type { CallParams, Endpoint, EndpointPrivileges } from "../../vendor/pve-docs/types.ts";
import type { ResourceContent } from "../resources/types.ts";

/** A question to a human. */
export interface HumanQuestion {
  readonly message: string;
  /** A text the human has to type to agree, such as the guest's name. */
  readonly typed?: string;
}

/** The human's answer; `absent` when the client went away or nobody answered in time. */
export type HumanAnswer = "accepted" | "declined" | "absent";

/** Everything a call carries; no handler keeps state between calls. */
export interface CallContext {
  /** Opaque, unique; links log, audit and job. */
  readonly callId: string;
  /** Who asks: `stdio` for the local operator. */
  readonly subject: string;
  readonly client: { readonly name: string; readonly version: string };
  /** Aborted when the caller cancels or goes away. */
  readonly signal: AbortSignal;
  /** Reports progress; does nothing where the client asked for none. */
  progress(message: string, progress?: number, total?: number): void;
  /** Asks a human; missing where the client cannot. */
  readonly ask?: (question: HumanQuestion, timeoutMs: number) => Promise<HumanAnswer>;
}

/** What a call answers, ready for the protocol. */
export interface CallAnswer {
  readonly text: string;
  readonly isError: boolean;
  /** The same as data, for structured content and for tests. */
  readonly data?: unknown;
}

/** A key of a config that a step changes; values redacted. */
export interface DiffEntry {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * A config file of Proxmox VE that a step changes, as it was read when planning.
 * Steps of one plan that change the same file share one object.
 */
export interface ConfigFile {
  /** The endpoint that reads it: the step's own path template with GET. */
  readonly endpoint: Endpoint;
  /** Path parameters that fill the template. */
  readonly params: CallParams;
  /** Path with placeholders filled in, for reading. */
  readonly shownPath: string;
  /** Digest and values as read when planning. */
  readonly digest: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A step as the plan shows it. */
export interface PlanStep {
  readonly step: PlannedStep;
  /** The catalog's endpoint of the step, of the version that planning was done for. */
  readonly endpoint: Endpoint;
  /** Path with placeholders filled in, for reading. */
  readonly shownPath: string;
  readonly risk: Risk;
  readonly privileges: EndpointPrivileges;
  /** For config changes: the keys that change. */
  readonly diff?: readonly DiffEntry[];
  /**
   * For config changes: the file, with the digest read when planning. Which digest goes
   * with the step is for `ConfigDigests` in `digests.ts` to say, which whoever runs the plan asks
   * before each step.
   */
  readonly config?: ConfigFile;
}

/** A guest that a plan touches and that exists already. */
export interface PlanGuest {
  readonly kind: "qemu" | "lxc";
  readonly vmid: number;
  readonly name: string;
  readonly node: string;
}

/** What a change tool's call will do: checked, not yet run. */
export interface Plan {
  readonly tool: string;
  readonly cluster: string;
  readonly subject: string;
  readonly risk: Risk;
  readonly steps: readonly PlanStep[];
  /** Objects touched, for people and the audit: `VM 100 (web1) on pve1`. */
  readonly targets: readonly string[];
  /** The guests among the targets, as they were when planning. */
  readonly guests: readonly PlanGuest[];
}

/** How long a change call waits. */
export interface WaitOptions {
  readonly mode: "auto" | "wait" | "deferred";
  readonly timeoutMs: number;
  readonly pollIntervalMs: number;
}

/** What reading a resource answers: its content, or the error that a call would have answered. */
export type ResourceAnswer = { readonly content: ResourceContent } | { readonly error: CallAnswer };

/** The one road every call takes. */
export interface CallRoad {
  /** Never throws: every failure is an answer with `isError`. */
  call(tool: string, args: unknown, context: CallContext): Promise<CallAnswer>;
  /** Reads a resource as a read tool is called. Never throws. */
  readResource(uri: string, context: CallContext): Promise<ResourceAnswer>;
}
