import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { type Evidence, formatEvidence, readEvidence } from "../plugin-files/evidence.ts";
import { PluginFault, reasonOf } from "../plugin-files/fault.ts";
import { type CodeLayout, codeLayout } from "../plugin-files/layout.ts";
import { ClusterReader } from "./cluster-reader.ts";
import { evidenceAfter, evidenceFaults, type RunPlace, type ToolOutcome } from "./judge-evidence.ts";
import { labTarget, openLabTarget } from "./lab-target.ts";
import { liveTarget } from "./live-target.ts";
import { mutatePlugins } from "./mutation/mutate-plugins.ts";
import { sample } from "./mutation/sample.ts";
import { checkLeastPrivilege } from "./privileges/least-plugins.ts";
import { declarationFaults } from "./record.ts";
import { whyNotOn } from "./release-skips.ts";
import { faultyOf, runAll } from "./run-plugin.ts";
import type { OpenTarget } from "./target.ts";
import { parseArguments, USAGE } from "./validate-arguments.ts";
import { type PluginUnderTest, pluginsUnderTest } from "./validation-plan.ts";
import { type Run, sumOver } from "./validation-run.ts";

/** What a run depends on; the defaults are what the command uses. */
export interface ValidateOptions {
  readonly layout?: CodeLayout;
  readonly openTarget?: OpenTarget;
  readonly print?: (line: string) => void;
  /** Day that goes into evidence. */
  readonly today?: string;
  /** Where the settings of a real cluster come from unless a file holds them. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** The `validate` command. Answers the exit code: 0 when all is well, 1 for faults, 2 for bad arguments. */
export async function runValidate(
  argv: readonly string[],
  {
    layout = codeLayout(),
    openTarget = openLabTarget,
    print = (line) => void process.stdout.write(`${line}\n`),
    today = new Date().toISOString().slice(0, 10),
    environment = {},
  }: ValidateOptions = {},
): Promise<number> {
  const args = parseArguments(argv);
  if (args === undefined || args.help) {
    print(USAGE);
    return args === undefined ? 2 : 0;
  }
  try {
    const simulated = args.pve === undefined ? openTarget : labTarget(args.pve);
    const target = args.live ? liveTarget(args.settings, environment) : simulated;
    const plugins = await pluginsUnderTest(args.plugins, layout);
    if (args.mutate !== undefined) {
      const survivors = await mutatePlugins(plugins, args.mutate, { layout, openTarget, print });
      return ended(survivors, print);
    }
    if (args.leastPrivilege !== undefined) {
      const faults = await checkLeastPrivilege(plugins, args.leastPrivilege.part, {
        layout,
        openTarget,
        print,
        verbose: args.verbose,
      });
      return ended(faults, print);
    }
    const place = { ...(await placeOf(target)), today };
    const run = { ...args, layout, openTarget: target, print, place };
    const { sample: part } = args;
    const faults =
      part === undefined
        ? await sumOver(plugins, run, validatePlugin)
        : await sumOver(partOf(plugins, part, place.pve), run, async (plugin, one) =>
            faultyOf(await runAll(plugin, one)),
          );
    return ended(faults, print);
  } catch (error) {
    print(`validate: ${reasonOf(error)}`);
    return error instanceof PluginFault ? 2 : 1;
  }
}

function ended(faults: number, print: (line: string) => void): 0 | 1 {
  print(faults === 0 ? "validate: all is well" : `validate: ${faults} fault(s)`);
  return faults === 0 ? 0 : 1;
}

/** Asks the cluster itself what it is. */
async function placeOf(openTarget: OpenTarget): Promise<Omit<RunPlace, "today">> {
  const target = await openTarget();
  const reader = new ClusterReader(target.address);
  try {
    const { release, version } = await reader.get<{ release: string; version: string }>("/version");
    const pve = /^\d+\.\d+/.exec(version)?.[0] ?? release;
    return { where: target.where, pve };
  } finally {
    reader.close();
    await target.close();
  }
}

/** Runs a plugin's scenarios, then writes or checks its evidence. Answers the number of faults. */
async function validatePlugin(plugin: PluginUnderTest, run: Run): Promise<number> {
  const { print, place, check } = run;
  const declared = declarationFaults(
    plugin.scenarios,
    plugin.tools.map(({ name }) => name),
  );
  for (const fault of declared) print(`FAIL  ${plugin.id}: ${fault}`);

  const ended = await runAll(plugin, run);
  const outcomes = plugin.tools.map((tool): ToolOutcome => {
    const { name } = tool;
    // A tool without any scenario loses its evidence; one whose scenarios are not for this place keeps it.
    const hasAny = plugin.scenarios.some((scenario) => scenario.tool === name);
    const notRun = place.where === "live" || hasAny ? undefined : false;
    const own = ended.filter(({ scenario }) => scenario.tool === name);
    return {
      tool: name,
      passed: own.length === 0 ? notRun : own.every(({ outcome }) => outcome.faults.length === 0),
      scenarios: own.map(({ scenario }) => scenario.title).sort(),
      digest: plugin.digests[name]?.[place.pve] ?? "",
    };
  });
  const failed = faultyOf(ended);
  const [file] = plugin.evidenceFiles;
  const before = readEvidence(file);
  if (!check) {
    writeEvidence(plugin, evidenceAfter(before, outcomes, place), print);
    return declared.length + failed;
  }
  const stale = evidenceFaults(before, outcomes, place);
  for (const fault of stale) print(`FAIL  ${plugin.id}: ${fault}`);
  return declared.length + failed + stale.length;
}

/** The plugins with some of their scenarios alone, of those that the release can serve. */
function partOf(
  plugins: readonly PluginUnderTest[],
  { count, seed }: { readonly count: number; readonly seed: string },
  pve: string,
): readonly PluginUnderTest[] {
  const able = plugins.flatMap((plugin) =>
    plugin.scenarios.filter((scenario) => {
      const tool = plugin.tools.find(({ name }) => name === scenario.tool);
      return tool !== undefined && whyNotOn(pve, tool, scenario) === undefined;
    }),
  );
  const chosen = new Set(sample(able, count, seed, ({ tool, title }) => `${tool}: ${title}`));
  return plugins
    .map((plugin) => ({ ...plugin, scenarios: plugin.scenarios.filter((one) => chosen.has(one)) }))
    .filter(({ scenarios }) => scenarios.length > 0);
}

function writeEvidence(plugin: PluginUnderTest, evidence: Evidence, print: Run["print"]): void {
  const text = formatEvidence(evidence);
  for (const file of plugin.evidenceFiles) {
    if (existsSync(file) && readFileSync(file, "utf8") === text) continue;
    writeFileSync(file, text);
    print(`wrote ${file}`);
  }
}
