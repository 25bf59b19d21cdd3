import type { DefinedTool } from "../../sdk/tool.ts";
import type { PluginSource } from "./sources.ts";
import type { PluginEvidence } from "./validation.ts";

/** A plugin that was found good. */
export interface OpenedPlugin {
  readonly source: PluginSource;
  readonly title: string;
  readonly tools: readonly DefinedTool[];
  readonly evidence: PluginEvidence;
}

/** A plugin that was found, and what became of it. */
export type Outcome = { readonly source: PluginSource } & (
  | { readonly opened: OpenedPlugin }
  | { readonly fault: string }
  | { readonly unselected: true }
);
