import type { ErrorCode } from "../errors.ts";
import type { Risk } from "../risk.ts";
import type { ClusterReader } from "./cluster-reader.ts";
import type { Expect } from "./expect.ts";
import type { Fixtures } from "./fixtures.ts";
import type { ClusterFeature } from "./lookups.ts";
import type { ReleaseEndpoint } from "./release-skips.ts";
import type { Place } from "./target.ts";

/** What a tool answered, as an MCP client sees it. */
export interface ToolAnswer {
  readonly text: string;
  readonly isError: boolean;
  /** Code of an error answer. */
  readonly code?: string;
  /** Structured content, where the answer has any. */
  readonly data?: unknown;
}

/** Settings of the server that a scenario may choose. */
export interface ScenarioSettings {
  /** `PROXMOX_MCP_ACCESS`; the tool's own risk where left out. */
  readonly access?: Risk;
  /** `PROXMOX_MCP_CONFIRM`; `none` where left out. */
  readonly confirm?: "write" | "destructive" | "none";
}

/** What a running scenario works with. Every method throws when the scenario has failed. */
export interface ScenarioRun {
  /** Calls a tool through the MCP client and answers whatever comes back. */
  call(tool: string, args?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
  /** Calls a tool that must succeed. */
  ok(tool: string, args?: Readonly<Record<string, unknown>>): Promise<ToolAnswer>;
  /** Calls a tool that must be refused with this error code. */
  refused(tool: string, args: Readonly<Record<string, unknown>>, code: ErrorCode): Promise<ToolAnswer>;
  /** Names of the tools that the server lists. */
  tools(): Promise<readonly string[]>;
  /** The cluster as it really is, read past the server. */
  readonly cluster: ClusterReader;
  /** Where guests may be made. */
  readonly place: Place;
  /** Makes what a scenario works on and no tool makes, past the server; all of it is taken away after the run. */
  readonly make: Pick<
    Fixtures,
    "vm" | "vmWithAgent" | "container" | "freeVmid" | "userWithSecondFactors" | "realm"
  >;
  /** The name, id or volid of something that the scenario declares under `needs`. */
  find(feature: ClusterFeature): Promise<string>;
  /** An endpoint such as `PUT /pools` as the cluster's release has it, for what differs; undefined where it has none. */
  api(endpoint: string): Promise<ReleaseEndpoint | undefined>;
  readonly expect: Expect;
  /**
   * How the human behind the client answers from now on; `decline` until this is called.
   * `typed` is what they type where the server asks them to; a human who accepts types what is asked for otherwise.
   */
  answerConfirm(answer: "accept" | "decline", typed?: string): void;
  /** Restarts the server with other settings, on the same cluster and state directory. */
  restart(settings?: ScenarioSettings): Promise<void>;
}

/** One proof that a tool works. It runs against a cluster of its own. */
export interface Scenario extends ScenarioSettings {
  /** The tool that it is about. */
  readonly tool: string;
  /**
   * It may run against a real cluster: it works on guests that it made with `make` alone. A text says why it does
   * not; where left out, it relies on what the lab holds.
   */
  readonly live?: boolean | string;
  /** What a real cluster may lack; without it the scenario is skipped there. */
  readonly needs?: readonly ClusterFeature[];
  /**
   * What of the API it takes beside what its tool always uses: an endpoint, or a parameter of one as in
   * `PUT /pools?allow-move`. On a release that lacks it, the scenario is skipped.
   */
  readonly uses?: readonly string[];
  /** What is shown, as a sentence; unique for the tool. */
  readonly title: string;
  /**
   * Drives the tool, checks the answers and then the cluster itself, and asserts at least one
   * refusal by its code.
   */
  readonly run: (t: ScenarioRun) => Promise<void>;
}

const SCENARIOS = Symbol.for("proxmox-mcp.scenarios");

/** A plugin's scenarios: the default export of its scenario file. */
export interface Scenarios {
  readonly [SCENARIOS]: true;
  readonly list: readonly Scenario[];
}

/** Declares a scenario. It adds types, nothing else. */
export function scenario(one: Scenario): Scenario {
  return one;
}

/**
 * Lets scenarios run on a real cluster that has what all of them need, beside what each needs itself. One that says why
 * it does not run there stays as it is.
 */
export function onAnyCluster(
  needs: readonly ClusterFeature[],
  list: readonly Scenario[],
): readonly Scenario[] {
  return list.map((one) => ({ live: true, ...one, needs: [...needs, ...(one.needs ?? [])] }));
}

/** Declares the scenarios of a plugin. */
export function defineScenarios(list: readonly Scenario[]): Scenarios {
  return { [SCENARIOS]: true, list };
}

/** True for what {@link defineScenarios} made, in any copy of the SDK. */
export function isScenarios(value: unknown): value is Scenarios {
  return typeof value === "object" && value !== null && SCENARIOS in value;
}
