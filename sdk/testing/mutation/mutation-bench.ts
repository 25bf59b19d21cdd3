import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type CodeLayout, codeFile, codeLayout } from "../../plugin-files/layout.ts";
import { Bench } from "../bench.ts";
import { runOnce, type ScenarioSetting, type ScenarioTool } from "../run-scenario.ts";
import type { Scenario } from "../scenario.ts";
import type { OpenTarget } from "../target.ts";
import type { Mutation, MutationOrder } from "./mutation.ts";

/** A scenario and what it is run on. */
export interface MutationSubject {
  readonly scenario: Scenario;
  readonly tool: ScenarioTool;
  readonly setting: ScenarioSetting;
  /** Loaded file of the plugin's entry. */
  readonly entry: string;
}

/** Runs scenarios on sound and faulty tools, one after the other, on servers that stay. */
export class MutationBench {
  readonly #bench: Bench;
  readonly #folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-mutation-"));

  private constructor(bench: Bench) {
    this.#bench = bench;
  }

  static async open(openTarget: OpenTarget): Promise<MutationBench> {
    return new MutationBench(await Bench.open(openTarget));
  }

  /** Runs the sound tool. Answers what could be done to it; throws where the scenario fails. */
  async observe(subject: MutationSubject): Promise<readonly Mutation[]> {
    const notes = join(this.#folder, "notes");
    writeFileSync(notes, "");
    const failure = await this.#run(subject, { notes }, this.#bench.setting(subject.setting));
    if (failure !== undefined) throw new Error(`it fails without a mutation: ${failure}`);
    const lines = new Set(readFileSync(notes, "utf8").split("\n").filter(Boolean));
    // This program's own wrapper wrote them a moment ago.
    return [...lines].map((line) => JSON.parse(line) as Mutation);
  }

  /** True where the scenario still passes; with servers of its own where asked to. */
  async survives(subject: MutationSubject, mutation: Mutation, fresh: boolean): Promise<boolean> {
    const setting = { ...subject.setting, impatient: true };
    const on = fresh ? setting : this.#bench.setting(setting);
    return (await this.#run(subject, { mutation }, on)) === undefined;
  }

  async close(): Promise<void> {
    await this.#bench.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #run(
    { scenario, tool, entry }: MutationSubject,
    order: Omit<MutationOrder, "tool">,
    setting: ScenarioSetting,
  ): Promise<string | undefined> {
    const orders = join(this.#folder, "order.json");
    writeFileSync(orders, JSON.stringify({ tool: scenario.tool, ...order }));
    const preload = pathToFileURL(codeFile(compiledLayout(), "sdk/testing/mutation/preload.js"));
    preload.searchParams.set("entry", pathToFileURL(entry).href);
    preload.searchParams.set("orders", orders);
    const { server } = setting;
    const args = ["--import", preload.href, ...server.args];
    return (await runOnce(scenario, tool, { ...setting, server: { ...server, args } })).failure;
  }
}

/** Node loads the wrapper itself, so it must be compiled even where this file is not. */
function compiledLayout(): CodeLayout {
  const layout = codeLayout();
  return layout.kind === "source" ? { ...layout, kind: "build" } : layout;
}
