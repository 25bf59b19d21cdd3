import { ClusterReader } from "./cluster-reader.ts";
import { whySkipped } from "./live-skips.ts";
import { whyNotOn } from "./release-skips.ts";
import { runScenario, type ScenarioOutcome } from "./run-scenario.ts";
import type { Scenario } from "./scenario.ts";
import { serverOf } from "./server-command.ts";
import type { PluginUnderTest } from "./validation-plan.ts";
import { inSettings, type Run } from "./validation-run.ts";

/** A scenario that was run. */
export interface EndedScenario {
  readonly scenario: Scenario;
  readonly outcome: ScenarioOutcome;
}

/** How many of them did not pass. */
export function faultyOf(scenarios: readonly EndedScenario[]): number {
  return scenarios.filter(({ outcome }) => outcome.faults.length > 0).length;
}

/** Runs a plugin's scenarios that can run here; names each other one with the reason. */
export async function runAll(plugin: PluginUnderTest, run: Run): Promise<readonly EndedScenario[]> {
  const { server } = serverOf(plugin, run.layout);
  const known = (await forThisPlace(plugin.scenarios, run)).flatMap((scenario) => {
    const tool = plugin.tools.find(({ name }) => name === scenario.tool);
    const lacking = tool && whyNotOn(run.place.pve, tool, scenario);
    if (lacking !== undefined) run.print(`skip  ${scenario.tool}: ${scenario.title}: ${lacking}`);
    return tool === undefined || lacking !== undefined ? [] : [{ scenario, tool }];
  });
  return inSettings(
    known,
    { openTarget: run.openTarget, server },
    run,
    async ({ scenario, tool }, setting) => {
      const changes = tool.plan !== undefined;
      const outcome = await runScenario(scenario, { risk: tool.risk, changes }, setting);
      const state = outcome.faults.length === 0 ? "ok  " : "FAIL";
      run.print(`${state}  ${scenario.tool}: ${scenario.title}`);
      for (const fault of outcome.faults) run.print(`        ${fault}`);
      if (run.verbose && outcome.faults.length > 0) run.print(outcome.serverLog.trimEnd());
      return { scenario, outcome };
    },
  );
}

/** On a real cluster those that can run there; each other one is named with the reason. */
async function forThisPlace(scenarios: readonly Scenario[], run: Run): Promise<readonly Scenario[]> {
  if (run.place.where === "lab") return scenarios;
  const target = await run.openTarget();
  const cluster = new ClusterReader(target.address);
  try {
    const chosen: Scenario[] = [];
    for (const scenario of scenarios) {
      const skipped = await whySkipped(scenario, { cluster, place: target.place });
      if (skipped === undefined) chosen.push(scenario);
      else run.print(`skip  ${scenario.tool}: ${scenario.title}: ${skipped}`);
    }
    return chosen;
  } finally {
    cluster.close();
    await target.close();
  }
}
