import { appendFileSync } from "node:fs";
import type { DefinedPlugin } from "../../plugin.ts";
import { resultKind, type ToolResult } from "../../results.ts";
import type { DefinedTool } from "../../tool.ts";
import { blankedResult, blanksOfResult } from "./blank-fields.ts";
import { mutatedPlan, mutationsOfPlan } from "./mutate-steps.ts";
import type { Mutation, MutationOrder } from "./mutation.ts";

/** The plugin with one tool watched, and faulty where the order says so. All else is as the plugin made it. */
export function mutatedPlugin(plugin: DefinedPlugin, order: MutationOrder): DefinedPlugin {
  const tools = (services: never) =>
    plugin.tools(services).map((tool) => (tool.name === order.tool ? mutatedTool(tool, order) : tool));
  return { ...plugin, tools };
}

function mutatedTool(tool: DefinedTool, { notes, mutation }: MutationOrder): DefinedTool {
  const { plan, read } = tool;
  const note = (found: readonly Mutation[]) => {
    if (notes !== undefined && found.length > 0)
      appendFileSync(notes, found.map((one) => `${JSON.stringify(one)}\n`).join(""));
  };
  return {
    ...tool,
    ...(plan && {
      plan: async (input: never, pve) => {
        const steps = await plan(input, pve);
        note(mutationsOfPlan(steps));
        return mutation === undefined ? steps : mutatedPlan(steps, mutation);
      },
    }),
    ...(read && {
      read: async (input: never, pve): Promise<ToolResult> => {
        const result = await read(input, pve);
        if (resultKind(result) === undefined) return result;
        note(blanksOfResult(result));
        return mutation === undefined ? result : blankedResult(result, mutation);
      },
    }),
  };
}
