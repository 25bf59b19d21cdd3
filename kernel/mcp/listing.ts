import { CHANGE_RESULT } from "../../sdk/result-schemas.ts";
import type { Risk } from "../../sdk/risk.ts";
import { listedSchema } from "../call/listed-schema.ts";
import type { HostedTool, KernelTool, KernelToolHead } from "../host/types.ts";

/** A tool as `tools/list` shows it. */
export interface ListedTool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: { readonly type: "object"; readonly [key: string]: unknown };
  /** Schema of the structured content, where answers carry it. */
  readonly outputSchema?: { readonly type: "object"; readonly [key: string]: unknown };
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
export function listing(
  kernelTools: readonly KernelTool[],
  hosted: readonly HostedTool[],
  structured: boolean,
): ListedTool[] {
  const ofPlugins = hosted
    .map(({ tool, listedSchema: input, highest }) => {
      // What a change answers is the kernel's to say.
      const result = tool.plan === undefined ? tool.result : CHANGE_RESULT;
      return listed({ ...tool, result }, input, highest, structured);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ofKernel = kernelTools.map((tool) =>
    listed(tool, listedSchema(tool.inputSchema, tool.inputSchema), tool.highest ?? tool.risk, structured),
  );
  return [...ofKernel, ...ofPlugins];
}

function listed(
  { name, title, describe, result }: Described,
  schema: Readonly<Record<string, unknown>>,
  risk: Risk,
  structured: boolean,
): ListedTool {
  return {
    name,
    title,
    description: describe,
    inputSchema: { ...schema, type: "object" },
    ...(structured ? { outputSchema: { ...result, type: "object" as const } } : {}),
    annotations: annotationsOf(risk),
  };
}

/** What plugins' tools and the kernel's own have in common. */
type Described = Pick<KernelToolHead, "name" | "title" | "describe"> & { readonly result: object };
