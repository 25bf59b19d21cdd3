import { dirname, join } from "node:path";
import type { CodeLayout } from "../../plugin-files/layout.ts";
import { INVENTORY } from "../../tool.ts";
import { Bench } from "../bench.ts";
import { sample } from "../mutation/sample.ts";
import { withPool } from "../pool.ts";
import { serverOf } from "../server-command.ts";
import type { OpenTarget } from "../target.ts";
import type { PluginUnderTest } from "../validation-plan.ts";
import { EXCEPTIONS_FILE, privilegeFaults, readExceptions } from "./exceptions.ts";
import { type LeastOutcome, type LeastSubject, runLeast } from "./least-run.ts";

/** A part of all scenarios, chosen by the seed; all where left out. */
export type LeastPart = { readonly count: number; readonly seed: string } | undefined;

interface LeastPlace {
  readonly layout: CodeLayout;
  readonly openTarget: OpenTarget;
  readonly print: (line: string) => void;
  /** Shows the server's log where a scenario or a probe fails. */
  readonly verbose: boolean;
}

interface Chosen {
  readonly plugin: PluginUnderTest;
  readonly subject: LeastSubject;
}

/** Scenarios at a time: most of a run is waiting for tasks. */
const PARALLEL = 4;

/**
 * Runs the scenarios of tools that change something with exactly the privileges that their calls take, and every call
 * once without each of them. Answers the number of faults.
 */
export async function checkLeastPrivilege(
  plugins: readonly PluginUnderTest[],
  part: LeastPart,
  { layout, openTarget, print, verbose }: LeastPlace,
): Promise<number> {
  const all = plugins.flatMap((plugin) => subjectsOf(plugin, layout, openTarget));
  const chosen = part === undefined ? all : sample(all, part.count, part.seed, titleOf);
  if (part !== undefined)
    print(`${chosen.length} of ${all.length} scenarios, chosen by the seed "${part.seed}"`);
  const open = () => Bench.open(openTarget);
  const ended = await withPool(PARALLEL, chosen, open, async (one, bench) => {
    const outcome = await runLeast(one.subject, bench);
    print(`${outcome.failure === undefined ? "ok  " : "FAIL"}  ${titleOf(one)}: ${summary(outcome)}`);
    const isWell = outcome.failure === undefined && outcome.probes.every(({ fault }) => fault === undefined);
    if (verbose && !isWell) print(outcome.serverLog.trimEnd());
    return { plugin: one.plugin, ...outcome };
  });
  const failed = ended.filter(({ failure }) => failure !== undefined).length;
  const found = plugins.flatMap((plugin) => {
    const probes = ended.filter((one) => one.plugin === plugin).flatMap((one) => one.probes);
    const exceptions = readExceptions(join(dirname(plugin.evidenceFiles[0]), EXCEPTIONS_FILE));
    return privilegeFaults(exceptions, probes, part === undefined && failed === 0);
  });
  for (const fault of found) print(`FAIL  ${fault}`);
  return failed + found.length;
}

function titleOf({ subject: { scenario } }: Chosen): string {
  return `${scenario.tool}: ${scenario.title}`;
}

function summary({ failure, probes }: LeastOutcome): string {
  if (failure !== undefined) return `it fails with exactly the computed role: ${failure}`;
  const refused = probes.filter(({ fault }) => fault === undefined).length;
  return `passes with exactly the computed role; ${refused} of ${probes.length} missing privileges are named`;
}

function subjectsOf(plugin: PluginUnderTest, layout: CodeLayout, openTarget: OpenTarget): readonly Chosen[] {
  const { server } = serverOf(plugin, layout);
  const changing = new Map(
    plugin.tools
      .filter(({ plan }) => plan !== undefined)
      .map(({ name, uses }) => [
        name,
        new Set([INVENTORY, ...uses.filter((use) => typeof use === "string")]),
      ]),
  );
  return plugin.scenarios.flatMap((scenario) => {
    const tool = plugin.tools.find(({ name }) => name === scenario.tool);
    if (tool?.plan === undefined) return [];
    const about = { risk: tool.risk, changes: true };
    return [{ plugin, subject: { scenario, tool: about, setting: { openTarget, server }, changing } }];
  });
}
