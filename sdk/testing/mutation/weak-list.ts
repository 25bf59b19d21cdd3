import { existsSync, rmSync, writeFileSync } from "node:fs";
import { PluginFault } from "../../plugin-files/fault.ts";
import { readJsonObject } from "../../plugin-files/json-file.ts";

/** Name of the file in a plugin's folder that lists what its scenarios are known not to notice. */
export const WEAK_FILE = "weak-scenarios.json";

/** By scenario (`tool: title`), then by the name of a mutation: why nothing can notice it. */
export type WeakList = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** How the mutations of one scenario ended. */
export interface MutatedScenario {
  /** `tool: title`. */
  readonly scenario: string;
  /** All mutations that there are for it, by name. */
  readonly possible: readonly string[];
  /** Those that ran; a sample runs some only. */
  readonly ran: readonly string[];
  /** Those with which the scenario still passed. */
  readonly survived: readonly string[];
}

/** Reads a plugin's list; empty where there is no file. Throws a {@link PluginFault} for a damaged one. */
export function readWeakList(file: string): WeakList {
  if (!existsSync(file)) return {};
  const { survivors } = readJsonObject(file);
  if (!isWeakList(survivors))
    throw new PluginFault(`${file}: "survivors" must hold reasons by name, by scenario`);
  return survivors;
}

/** Writes the list sorted, without scenarios that have nothing on it; there is no file for an empty one. */
export function writeWeakList(file: string, list: WeakList): void {
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) => (a < b ? -1 : 1);
  const sorted = Object.entries(list)
    .map(([scenario, reasons]) => [scenario, Object.entries(reasons).sort(byKey)] as const)
    .filter(([, reasons]) => reasons.length > 0)
    .sort(byKey)
    .map(([scenario, reasons]) => [scenario, Object.fromEntries(reasons)]);
  if (sorted.length === 0) rmSync(file, { force: true });
  else writeFileSync(file, `${JSON.stringify({ survivors: Object.fromEntries(sorted) }, undefined, 2)}\n`);
}

/** What is wrong with the list: survivors that it lacks, and entries that no longer survive or exist. */
export function weakListFaults(
  list: WeakList,
  ended: readonly MutatedScenario[],
  titles: readonly string[],
): string[] {
  return [
    ...missing(list, ended).map(
      ({ scenario, name }) =>
        `${scenario}: still passes with ${name}; make the scenario notice it, or say with --accept why none can`,
    ),
    ...staleEntries(list, ended, titles).map(
      ({ scenario, name }) =>
        `${scenario}: ${name} is listed as surviving and does not; take it off the list`,
    ),
  ];
}

/** The list without its stale entries. It never grows. */
export function shrunk(
  list: WeakList,
  ended: readonly MutatedScenario[],
  titles: readonly string[],
): WeakList {
  const stale = staleEntries(list, ended, titles);
  const isStale = (scenario: string, name: string) =>
    stale.some((entry) => entry.scenario === scenario && entry.name === name);
  return Object.fromEntries(
    Object.entries(list).map(([scenario, reasons]) => [
      scenario,
      Object.fromEntries(Object.entries(reasons).filter(([name]) => !isStale(scenario, name))),
    ]),
  );
}

/** The list with what survived besides, for this reason. */
export function grown(list: WeakList, ended: readonly MutatedScenario[], reason: string): WeakList {
  const found = missing(list, ended);
  const added = (scenario: string) =>
    Object.fromEntries(found.filter((one) => one.scenario === scenario).map(({ name }) => [name, reason]));
  const scenarios = new Set([...Object.keys(list), ...found.map(({ scenario }) => scenario)]);
  return Object.fromEntries(
    [...scenarios].map((scenario) => [scenario, { ...list[scenario], ...added(scenario) }]),
  );
}

/** Entries of a list. */
export function lengthOf(list: WeakList): number {
  return Object.values(list).reduce((sum, reasons) => sum + Object.keys(reasons).length, 0);
}

interface Entry {
  readonly scenario: string;
  readonly name: string;
}

function missing(list: WeakList, ended: readonly MutatedScenario[]): readonly Entry[] {
  return ended.flatMap(({ scenario, survived }) =>
    survived.filter((name) => !Object.hasOwn(list[scenario] ?? {}, name)).map((name) => ({ scenario, name })),
  );
}

function staleEntries(
  list: WeakList,
  ended: readonly MutatedScenario[],
  titles: readonly string[],
): readonly Entry[] {
  return Object.entries(list).flatMap(([scenario, reasons]) => {
    const run = ended.find((one) => one.scenario === scenario);
    const isStale = (name: string) =>
      run === undefined
        ? !titles.includes(scenario)
        : !run.possible.includes(name) || (run.ran.includes(name) && !run.survived.includes(name));
    return Object.keys(reasons)
      .filter(isStale)
      .map((name) => ({ scenario, name }));
  });
}

function isWeakList(value: unknown): value is WeakList {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every(
      (reasons) =>
        typeof reasons === "object" &&
        reasons !== null &&
        !Array.isArray(reasons) &&
        Object.values(reasons).every((reason) => typeof reason === "string" && reason.trim() !== ""),
    )
  );
}
