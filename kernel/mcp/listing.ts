import type { Risk } from "../../sdk/risk.ts";
import type { HostedTool, KernelTool } from "../host/types.ts";

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: "object"; readonly [key: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint: boolean;
    readonly destructiveHint: boolean;
    readonly idempotentHint: boolean;
    readonly openWorldHint: boolean;
  };
}

/** Everything is derived from the highest risk: hints are for clients that ask their user. */
export function annotationsOf(risk: Risk): ListedTool["annotations"] {
  return {
    readOnlyHint: risk === "read",
    destructiveHint: risk === "destructive" || risk === "escape",
    idempotentHint: risk === "read",
    openWorldHint: risk === "escape",
  };
}

/** Kernel tools first, then the plugins' in order of name, so that the list is the same every time. */
export function listing(kernelTools: readonly KernelTool[], hosted: readonly HostedTool[]): ListedTool[] {
  const ofPlugins = hosted
    .map((entry) =>
      listed(entry.tool.name, entry.tool.title, entry.tool.describe, entry.inputSchema, entry.highest),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ofKernel = kernelTools.map((tool) =>
    listed(tool.name, tool.title, tool.describe, tool.inputSchema, tool.risk),
  );
  return [...ofKernel, ...ofPlugins];
}

function listed(
  name: string,
  title: string,
  description: string,
  schema: Readonly<Record<string, unknown>>,
  risk: Risk,
): ListedTool {
  return {
    name,
    title,
    description,
    inputSchema: { ...schema, type: "object" },
    annotations: annotationsOf(risk),
  };
}
