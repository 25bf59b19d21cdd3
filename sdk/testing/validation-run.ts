import type { CodeLayout } from "../plugin-files/layout.ts";
import { Bench } from "./bench.ts";
import type { RunPlace } from "./judge-evidence.ts";
import { inParallel } from "./parallel.ts";
import { withPool } from "./pool.ts";
import type { ScenarioSetting } from "./run-scenario.ts";
import type { OpenTarget } from "./target.ts";
import type { PluginUnderTest } from "./validation-plan.ts";

/** Scenarios that run at the same time, each with a lab and a server of its own. */
const PARALLEL = 2;

/**
 * The same where labs and servers are kept: most of a run is waiting for tasks then. Where there are plugins enough,
 * each has one to itself, since every plugin has servers of its own, and starting one takes longer than most runs.
 */
const PARALLEL_ON_BENCHES = 4;

/** One run of `validate`. */
export interface Run {
  readonly layout: CodeLayout;
  readonly openTarget: OpenTarget;
  readonly print: (line: string) => void;
  readonly place: RunPlace;
  readonly check: boolean;
  readonly sample?: { readonly count: number; readonly seed: string } | undefined;
  readonly verbose: boolean;
  /** Kept labs that the plugin's scenarios share. */
  readonly benches: number;
}

/** The faults of all plugins; as many at once as there are benches, the largest first. */
export async function sumOver(
  plugins: readonly PluginUnderTest[],
  run: Omit<Run, "benches">,
  work: (plugin: PluginUnderTest, run: Run) => Promise<number>,
): Promise<number> {
  const atOnce = isKept(run) ? Math.min(PARALLEL_ON_BENCHES, plugins.length) : 1;
  const benches = Math.floor(PARALLEL_ON_BENCHES / Math.max(1, atOnce));
  const ordered =
    atOnce === 1 ? plugins : plugins.toSorted((a, b) => b.scenarios.length - a.scenarios.length);
  const faults = await inParallel(atOnce, ordered, (plugin) => work(plugin, { ...run, benches }));
  return faults.reduce((sum, count) => sum + count, 0);
}

/**
 * Evidence comes from runs that each have a lab and a server of their own. Checking it against the present code is
 * done on labs that are set back and servers that are kept, in a fraction of the time.
 */
function isKept({ place, check, sample: part }: Pick<Run, "place" | "check" | "sample">): boolean {
  return place.where === "lab" && (check || part !== undefined);
}

/** Runs each item where this run has its scenarios: on a kept lab, or with a lab and a server of its own. */
export async function inSettings<Item, Answer>(
  items: readonly Item[],
  setting: ScenarioSetting,
  run: Run,
  work: (item: Item, setting: ScenarioSetting) => Promise<Answer>,
): Promise<readonly Answer[]> {
  if (isKept(run)) {
    const open = () => Bench.open(setting.openTarget);
    return withPool(run.benches, items, open, (item, bench) => work(item, bench.setting(setting)));
  }
  // What runs against a real cluster runs alone.
  return inParallel(run.place.where === "live" ? 1 : PARALLEL, items, (item) => work(item, setting));
}
