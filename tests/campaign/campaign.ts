/**
 * `npm run campaign [-- --seed TEXT] [--tools N] [--days N] [--inputs N] [--kind KIND …]`: bad days
 * of every change tool, and random inputs for every tool. Without options everything. The figures of a run over all tools go to docs/benchmarks.md.
 */

import { join } from "node:path";
import { parseArgs } from "node:util";
import { sample } from "../../sdk/testing/mutation/sample.ts";
import { inParallel } from "../../sdk/testing/parallel.ts";
import { packageRoot } from "../../vendor/package-root.ts";
import { writeSection } from "../bench/sections.ts";
import { cuts } from "./cuts.ts";
import { type BadDay, type Known, ordinaryRun } from "./days.ts";
import { type Flood, flood } from "./flood.ts";
import { kills } from "./kills.ts";
import { meddlings } from "./meddlings.ts";
import { changeTools, type Subject } from "./subjects.ts";
import { fullDisks, jumpingClocks } from "./weather.ts";

const PARALLEL = 2;
const ALL_INPUTS = 100_000;
const KINDS = { cuts, kills, fullDisks, jumpingClocks, meddlings } as const;
type Kind = keyof typeof KINDS;
const KIND_NAMES: readonly Kind[] = ["cuts", "kills", "fullDisks", "jumpingClocks", "meddlings"];
const TITLES: Readonly<Record<Kind, string>> = {
  cuts: "the connection cut before, during or after a request",
  kills: "the server killed around a write",
  fullDisks: "the disk of the state directory full",
  jumpingClocks: "the clock jumping",
  meddlings: "the guest changed by somebody else between plan and apply",
};

interface Options {
  readonly seed: string;
  /** So many change tools; all where left out. */
  readonly tools?: number;
  /** So many bad days of each of them; all where left out. */
  readonly days?: number;
  readonly inputs: number;
  readonly kinds: readonly Kind[];
}

interface Day extends BadDay {
  readonly kind: Kind;
}

interface Tally {
  readonly played: Map<Kind, number>;
  readonly faults: string[];
}

function optionsOf(argv: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { seed: text, tools: text, days: text, inputs: text, kind: { type: "string", multiple: true } },
  });
  const unknown = values.kind?.find((kind) => !Object.hasOwn(KINDS, kind));
  if (unknown !== undefined) throw new Error(`--kind ${unknown}: one of ${KIND_NAMES.join(", ")}`);
  return {
    seed: values.seed ?? new Date().toISOString().slice(0, 10),
    inputs: values.inputs === undefined ? ALL_INPUTS : Number(values.inputs),
    kinds: KIND_NAMES.filter((kind) => values.kind?.includes(kind) ?? true),
    ...(values.tools === undefined ? {} : { tools: Number(values.tools) }),
    ...(values.days === undefined ? {} : { days: Number(values.days) }),
  };
}

async function badDays(subjects: readonly Subject[], options: Options): Promise<Tally> {
  const tally: Tally = { played: new Map(), faults: [] };
  await inParallel(PARALLEL, subjects, async (subject) => {
    for (const day of chosenDays(await ordinaryRun(subject), options)) {
      const faults = await day.run();
      tally.played.set(day.kind, (tally.played.get(day.kind) ?? 0) + 1);
      print(`${faults.length === 0 ? "ok  " : "FAIL"}  ${day.name}`);
      for (const fault of faults) print(`        ${fault}`);
      tally.faults.push(...faults.map((fault) => `${day.name}: ${fault}`));
    }
  });
  return tally;
}

function chosenDays(known: Known, { days, seed, kinds }: Options): readonly Day[] {
  const all = kinds.flatMap((kind) => KINDS[kind](known).map((day) => ({ ...day, kind })));
  return days === undefined ? all : sample(all, days, seed, ({ name }) => name);
}

/** Numbers from a text, for what takes only those. */
function numberFrom(seed: string): number {
  return [...seed].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) % 1_000_000_007, 7);
}

function figures(
  subjects: number,
  { played, faults }: Tally,
  poured: Flood,
  { seed, days: most }: Options,
): string {
  const each = most === undefined ? "on all its bad days" : `on up to ${most} bad days, chosen by the seed`;
  const days = KIND_NAMES.map((kind) => `| ${TITLES[kind]} | ${played.get(kind) ?? 0} |`);
  const [first, last] = poured.memory;
  const outcomes = [...poured.outcomes]
    .sort((a, b) => b[1] - a[1])
    .map(([code, times]) => `${code} ${times}`);
  return `Written by \`npm run campaign\`, seed \`${seed}\`: ${subjects} change tools, each ${each}. What must hold on each:
never a write sent twice, never a change without an audit entry, never a change reported done that isn't, never the
wrong guest, never a secret in an answer, a log or a file. Days on which it did not: ${faults.length}.

| a bad day | played |
| --- | --- |
${days.join("\n")}

Random inputs: ${poured.calls.toLocaleString("en-US")} calls of all ${poured.tools} tools; answers that were neither a
result nor a well-formed error: ${poured.faults.length}. Outcomes: ${outcomes.join(", ")}. Memory of the server: ${first.toFixed(0)} MB
after the first tenth, ${last.toFixed(0)} MB at the end.
`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(options: Options): Promise<number> {
  const { seed, tools, inputs } = options;
  print(`campaign: seed ${seed}`);
  const all = await changeTools();
  const subjects = tools === undefined ? all : sample(all, tools, seed, ({ name }) => name);
  const tally = await badDays(subjects, options);
  const poured = await flood(inputs, numberFrom(seed));
  for (const fault of poured.faults) print(`FAIL  ${fault}`);
  const text = figures(subjects.length, tally, poured, options);
  print(text);
  const isOverAll = tools === undefined && inputs >= ALL_INPUTS && options.kinds.length === KIND_NAMES.length;
  if (isOverAll) writeSection(join(packageRoot(), "docs/benchmarks.md"), "campaign", text);
  const faults = tally.faults.length + poured.faults.length;
  print(
    faults === 0 ? "campaign: all held" : `campaign: ${faults} fault(s); the same again with --seed ${seed}`,
  );
  return faults === 0 ? 0 : 1;
}

process.exitCode = await main(optionsOf(process.argv.slice(2)));
