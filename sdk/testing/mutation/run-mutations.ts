import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type CodeLayout, codeFile, codeLayout } from "../../plugin-files/layout.ts";
import { inParallel } from "../parallel.ts";
import { runOnce, type ScenarioSetting, type ScenarioTool } from "../run-scenario.ts";
import type { Scenario } from "../scenario.ts";
import { type Mutation, type MutationOrder, nameOf } from "./mutation.ts";
import { sample } from "./sample.ts";
import type { MutatedScenario } from "./weak-list.ts";

/** A scenario and what it is run on. */
export interface MutationSubject {
  readonly scenario: Scenario;
  readonly tool: ScenarioTool;
  readonly setting: ScenarioSetting;
  /** Loaded file of the plugin's entry. */
  readonly entry: string;
}

/** A part of all mutations: so many of each scenario, chosen by the seed. */
export interface MutationSample {
  readonly perScenario: number;
  readonly seed: string;
}

/** Times how long a faulty run may wait for what a sound one sees at once. */
const PATIENCE_MS = 4_000;

/** Mutations that run at the same time, each with a lab and a server of its own. */
const PARALLEL = 2;

/**
 * Runs a scenario once to see what its tool does, then once with every fault that this allows.
 * Throws where it fails without any.
 */
export async function runMutations(
  { scenario, tool, setting, entry }: MutationSubject,
  part: MutationSample | undefined,
): Promise<MutatedScenario> {
  const title = `${scenario.tool}: ${scenario.title}`;
  const possible = await observe({ scenario, tool, setting, entry });
  const chosen =
    part === undefined ? possible : sample(possible, part.perScenario, `${part.seed}\n${title}`, nameOf);
  const impatient = { ...setting, patienceMs: PATIENCE_MS };
  const survived = await inParallel(PARALLEL, chosen, async (mutation) => {
    const order = { tool: scenario.tool, mutation };
    const { failure } = await runOnce(scenario, tool, ordered(impatient, entry, order));
    return failure === undefined ? [nameOf(mutation)] : [];
  });
  return {
    scenario: title,
    possible: possible.map(nameOf),
    ran: chosen.map(nameOf),
    survived: survived.flat(),
  };
}

/** What the tool does in the scenario that a mutation could change, each once. */
async function observe({ scenario, tool, setting, entry }: MutationSubject): Promise<readonly Mutation[]> {
  const folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-mutation-"));
  try {
    const notes = join(folder, "notes");
    const order = { tool: scenario.tool, notes };
    const { failure } = await runOnce(scenario, tool, ordered(setting, entry, order));
    if (failure !== undefined) throw new Error(`it fails without a mutation: ${failure}`);
    return readNotes(notes);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function readNotes(file: string): readonly Mutation[] {
  const lines = new Set(readFileSync(file, "utf8").trimEnd().split("\n"));
  // This program's own wrapper wrote them a moment ago.
  return [...lines].map((line) => JSON.parse(line) as Mutation);
}

/** The server started with the plugin's entry wrapped. */
function ordered(setting: ScenarioSetting, entry: string, order: MutationOrder): ScenarioSetting {
  const preload = pathToFileURL(codeFile(compiledLayout(), "sdk/testing/mutation/preload.js"));
  preload.searchParams.set("entry", pathToFileURL(entry).href);
  preload.searchParams.set("order", JSON.stringify(order));
  const { server } = setting;
  return { ...setting, server: { ...server, args: ["--import", preload.href, ...server.args] } };
}

/** Node loads the wrapper itself, so it must be compiled even where this file is not. */
function compiledLayout(): CodeLayout {
  const layout = codeLayout();
  return layout.kind === "source" ? { ...layout, kind: "build" } : layout;
}
