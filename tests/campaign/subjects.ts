import { codeLayout } from "../../sdk/plugin-files/layout.ts";
import type { ServerCommand } from "../../sdk/testing/mcp-client.ts";
import type { ScenarioTool } from "../../sdk/testing/run-scenario.ts";
import type { Scenario } from "../../sdk/testing/scenario.ts";
import { serverOf } from "../../sdk/testing/server-command.ts";
import { pluginsUnderTest } from "../../sdk/testing/validation-plan.ts";

/** A change tool with a scenario that calls it well. */
export interface Subject {
  readonly name: string;
  readonly tool: ScenarioTool;
  readonly scenario: Scenario;
  readonly server: ServerCommand;
}

/** The change tools of these built-in plugins, or of all, that have a scenario, by their first one. */
export async function changeTools(ids: readonly string[] = []): Promise<readonly Subject[]> {
  const layout = codeLayout();
  const plugins = await pluginsUnderTest(ids, layout);
  return plugins.flatMap((plugin) => {
    const { server } = serverOf(plugin, layout);
    return plugin.tools.flatMap(({ name, risk, plan }) => {
      const scenario = plugin.scenarios.find(({ tool }) => tool === name);
      if (plan === undefined || scenario === undefined) return [];
      return [{ name, tool: { risk, changes: true }, scenario, server }];
    });
  });
}
