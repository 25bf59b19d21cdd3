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

/** What goes by SSH is not on the wire that a campaign watches and cuts; tests of their own do that to it. */
function isBySsh({ live }: Scenario): boolean {
  return typeof live === "string" && live.includes("SSH");
}

/** The change tools of these built-in plugins, or of all, that have a scenario over REST, by their first one. */
export async function changeTools(ids: readonly string[] = []): Promise<readonly Subject[]> {
  const layout = codeLayout();
  const plugins = await pluginsUnderTest(ids, layout);
  return plugins.flatMap((plugin) => {
    const { server } = serverOf(plugin, layout);
    return plugin.tools.flatMap(({ name, risk, plan, uses }) => {
      // A file in a VM is looked at by a command of its agent, which on the wire is no other than a change.
      if (uses.includes("guest:file")) return [];
      const scenario = plugin.scenarios.find((one) => one.tool === name && !isBySsh(one));
      if (plan === undefined || scenario === undefined) return [];
      return [{ name, tool: { risk, changes: true }, scenario, server }];
    });
  });
}
