import { dirname, join, resolve } from "node:path";
import type { CodeLayout } from "../../plugin-files/layout.ts";
import { withPool } from "../pool.ts";
import { serverOf } from "../server-command.ts";
import type { OpenTarget } from "../target.ts";
import type { PluginUnderTest } from "../validation-plan.ts";
import { MutationBench, type MutationSubject } from "./mutation-bench.ts";
import { runMutations } from "./run-mutations.ts";
import { sample } from "./sample.ts";
import {
  grown,
  lengthOf,
  type MutatedScenario,
  readWeakList,
  shrunk,
  WEAK_FILE,
  weakListFaults,
  writeWeakList,
} from "./weak-list.ts";

/** Which mutations run, and what becomes of the lists. */
export interface MutationChoice {
  /** All where left out. */
  readonly part: { readonly count: number; readonly seed: string } | undefined;
  /** Take off the lists what is no longer weak. */
  readonly shrink: boolean;
  /** Put on the lists what survives and is not on them yet, for this reason. */
  readonly accept: string | undefined;
}

interface MutationRun {
  readonly layout: CodeLayout;
  readonly openTarget: OpenTarget;
  readonly print: (line: string) => void;
}

/** Faults of one scenario in a sample: a first run is needed to know them, so it is put to more use than one. */
const SAMPLED_PER_SCENARIO = 3;

/** Scenarios at a time: most of a run is waiting for tasks. */
const PARALLEL = 4;

/** Runs the scenarios of plugins on faulty tools. Answers the number of faults that were not known. */
export async function mutatePlugins(
  plugins: readonly PluginUnderTest[],
  choice: MutationChoice,
  run: MutationRun,
): Promise<number> {
  const { part } = choice;
  const all = plugins.flatMap((plugin) => subjectsOf(plugin, run).map((subject) => ({ plugin, subject })));
  const titleOf = ({ subject: { scenario } }: (typeof all)[number]) => `${scenario.tool}: ${scenario.title}`;
  const chosen =
    part === undefined ? all : sample(all, Math.ceil(part.count / SAMPLED_PER_SCENARIO), part.seed, titleOf);
  const each = part && { perScenario: SAMPLED_PER_SCENARIO, seed: part.seed };
  const open = () => MutationBench.open(run.openTarget);
  const results = await withPool(PARALLEL, chosen, open, async ({ plugin, subject }, bench) => {
    try {
      const ended = await runMutations(subject, each, bench);
      run.print(summary(ended));
      return { plugin, ended };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      run.print(`FAIL  ${titleOf({ plugin, subject })}: ${reason}`);
      return { plugin, ended: undefined };
    }
  });
  const failed = results.filter(({ ended }) => ended === undefined).length;
  const found = plugins.map((plugin) => {
    const own = results.filter((one) => one.plugin === plugin);
    return judged(
      plugin,
      own.flatMap(({ ended }) => ended ?? []),
      choice,
      run.print,
    );
  });
  return found.reduce((sum, faults) => sum + faults, failed);
}

function judged(
  plugin: PluginUnderTest,
  ended: readonly MutatedScenario[],
  { shrink, accept }: MutationChoice,
  print: (line: string) => void,
): number {
  const file = join(dirname(plugin.evidenceFiles[0]), WEAK_FILE);
  const titles = plugin.scenarios.map(({ tool, title }) => `${tool}: ${title}`);
  const before = readWeakList(file);
  const kept = shrink ? shrunk(before, ended, titles) : before;
  const list = accept === undefined ? kept : grown(kept, ended, accept);
  if (shrink || accept !== undefined) writeWeakList(file, list);
  const added = lengthOf(list) - lengthOf(kept);
  if (added > 0) print(`note  ${file} grew by ${added}; such a list only shrinks, so this is to be reviewed`);
  const found = weakListFaults(list, ended, titles);
  for (const fault of found) print(`FAIL  ${fault}`);
  return found.length;
}

function summary({ scenario, ran, survived }: MutatedScenario): string {
  const noticed = ran.length - survived.length;
  const rest = survived.length === 0 ? "" : `; not noticed: ${survived.join(", ")}`;
  return `ok    ${scenario}: notices ${noticed} of ${ran.length} faults${rest}`;
}

function subjectsOf(plugin: PluginUnderTest, { layout, openTarget }: MutationRun): MutationSubject[] {
  const { server, kind } = serverOf(plugin, layout);
  const entry = resolve(layout.root, kind, plugin.entry);
  return plugin.scenarios.flatMap((scenario) => {
    const tool = plugin.tools.find(({ name }) => name === scenario.tool);
    if (tool === undefined) return [];
    const about = { risk: tool.risk, changes: tool.plan !== undefined };
    return [{ scenario, tool: about, setting: { openTarget, server }, entry }];
  });
}
