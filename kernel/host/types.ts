import type { Grant } from "../../sdk/plugin.ts";
import type { Risk } from "../../sdk/risk.ts";
import type { DefinedTool } from "../../sdk/tool.ts";
import type { CallAnswer, CallContext, WaitOptions } from "../call/types.ts";
import type { ValidationStatus } from "../settings/types.ts";

/** A plugin after loading; `fault` says why it was skipped. */
export interface LoadedPlugin {
  readonly id: string;
  readonly title: string;
  readonly origin: "builtin" | "private";
  readonly grants: readonly Grant[];
  readonly selected: boolean;
  readonly fault?: string;
  readonly tools: readonly HostedTool[];
}

/** What evidence says of a tool. */
export interface ToolValidation {
  readonly status: ValidationStatus;
  /** Why it is not higher: no evidence, digests differ, other major version, … */
  readonly reason?: string;
  /** Where and when it passed. */
  readonly evidence?: { readonly where: "lab" | "live"; readonly pve: string; readonly at: string };
}

/** Why a tool is not shown, as a clause, and which setting would show it, as a sentence. */
export interface Hidden {
  readonly why: string;
  readonly show: string;
}

/** A tool of a plugin, with everything that decides whether it is shown. */
export interface HostedTool {
  readonly plugin: string;
  readonly tool: DefinedTool;
  readonly grants: readonly Grant[];
  readonly validation: ToolValidation;
  /** Lowest and highest risk. */
  readonly lowest: Risk;
  readonly highest: Risk;
  /** Set when hidden. */
  readonly hidden?: Hidden;
  /** Clusters on which it is refused although it is shown because of others, and why. */
  readonly withheld?: ReadonlyMap<string, Hidden>;
  /** Input schema with the common inputs added, as plain JSON Schema; calls are validated against it. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** The same in the short form that the list of tools shows. */
  readonly listedSchema: Readonly<Record<string, unknown>>;
}

/** What all tools of the kernel declare. */
export interface KernelToolHead {
  readonly name: string;
  readonly title: string;
  readonly describe: string;
  /** The least risk that it can have: access below it refuses the tool. */
  readonly risk: Risk;
  /** The highest risk that it can reach, where that is another. */
  readonly highest?: Risk;
  readonly inputSchema: Readonly<Record<string, unknown>>;
  /** Schema of the answer's data, as plain JSON Schema. */
  readonly result: Readonly<Record<string, unknown>>;
}

/** A tool of the kernel itself: it acts on the kernel's own state, not on a plugin's behalf. */
export interface ServingTool extends KernelToolHead {
  run(input: Readonly<Record<string, unknown>>, context: CallContext): Promise<CallAnswer>;
}

/** A tool that carries out a kept plan: the call takes the road of any change from there on. */
export interface ApplyingTool extends KernelToolHead {
  /** Which plan the input names, and how long to wait for it. */
  applies(input: Readonly<Record<string, unknown>>): { readonly id: string; readonly wait: WaitOptions };
}

/** Any tool of the kernel. */
export type KernelTool = ServingTool | ApplyingTool;

/** What the host knows after loading. */
export interface ToolHost {
  /**
   * Loads all plugins, once; resolves when they are loaded. Rejects where the operator's
   * choice cannot be met: a selected plugin that does not exist, or, in strict mode, a bad one.
   */
  ready(): Promise<void>;
  plugins(): readonly LoadedPlugin[];
  /** Tools that are shown. */
  listed(): readonly HostedTool[];
  /** Any tool of a loaded plugin by name, hidden ones too. */
  find(name: string): HostedTool | undefined;
  /** Why a tool that {@link find} does not know is not there: its plugin was skipped or not selected. */
  absent(name: string): Hidden | undefined;
  /** Calls back when the list of shown tools changes. */
  onListChanged(listener: () => void): void;
}
