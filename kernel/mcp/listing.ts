import type { Risk } from "../../sdk/risk.ts";
import { listedSchema } from "../call/listed-schema.ts";
import type { HostedTool, KernelTool } from "../host/types.ts";

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: "object"; readonly [key: string]: unknown };
  readonly annotations: {
    readonly readOnlyHint?: true;
    readonly destructiveHint?: boolean;
  };
}

/**
 * Everything is derived from the highest risk: hints are for clients that ask their user. What only says the
 * protocol's default, or means nothing for a tool that only reads, is left out.
 */
export function annotationsOf(risk: Risk): ListedTool["annotations"] {
  if (risk === "read") return { readOnlyHint: true };
  return { destructiveHint: risk !== "write" };
}

/** Kernel tools first, then the plugins' in order of name, so that the list is the same every time. */
export function listing(kernelTools: readonly KernelTool[], hosted: readonly HostedTool[]): ListedTool[] {
  const ofPlugins = hosted
    .map((entry) =>
      listed(entry.tool.name, entry.tool.title, entry.tool.describe, entry.listedSchema, entry.highest),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ofKernel = kernelTools.map((tool) =>
    listed(tool.name, tool.title, tool.describe, listedSchema(tool.inputSchema, tool.inputSchema), tool.risk),
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
