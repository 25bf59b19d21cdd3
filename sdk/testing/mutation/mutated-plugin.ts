import { appendFileSync, readFileSync } from "node:fs";
import type { DefinedPlugin } from "../../plugin.ts";
import { resultKind, type ToolResult } from "../../results.ts";
import type { DefinedTool } from "../../tool.ts";
import { blankedResult, blanksOfResult } from "./blank-fields.ts";
import { mutatedPlan, mutationsOfPlan } from "./mutate-steps.ts";
import type { Mutation, MutationOrder } from "./mutation.ts";

/**
 * The plugin with the tool watched that the order in a file names, and faulty where it says so. All else is as the
 * plugin made it. The order may change from call to call, so that one process serves many.
 */
export function mutatedPlugin(plugin: DefinedPlugin, orders: string): DefinedPlugin {
  const tools = (services: never) => plugin.tools(services).map((tool) => mutatedTool(tool, orders));
  return { ...plugin, tools };
}

function mutatedTool(tool: DefinedTool, orders: string): DefinedTool {
  const { plan, read } = tool;
  return {
    ...tool,
    ...(plan && {
      plan: async (input: never, pve) => {
        const steps = await plan(input, pve);
        const mutation = noted(tool, orders, mutationsOfPlan(steps));
        return mutation === undefined ? steps : mutatedPlan(steps, mutation);
      },
    }),
    ...(read && {
      read: async (input: never, pve): Promise<ToolResult> => {
        const result = await read(input, pve);
        if (resultKind(result) === undefined) return result;
        const mutation = noted(tool, orders, blanksOfResult(result));
        return mutation === undefined ? result : blankedResult(result, mutation);
      },
    }),
  };
}

/** Notes what could be done to the tool, where that is asked for; answers what is to be done to it. */
function noted({ name }: DefinedTool, orders: string, possible: readonly Mutation[]): Mutation | undefined {
  // The kit's own runner wrote it a moment ago.
  const { tool, notes, mutation } = JSON.parse(readFileSync(orders, "utf8")) as MutationOrder;
  if (tool !== name) return undefined;
  if (notes !== undefined && possible.length > 0)
    appendFileSync(notes, possible.map((one) => `${JSON.stringify(one)}\n`).join(""));
  return mutation;
}
