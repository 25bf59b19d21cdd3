import { existsSync, writeFileSync } from "node:fs";
import { PluginFault } from "../../plugin-files/fault.ts";
import { readJsonObject } from "../../plugin-files/json-file.ts";

/** Name of the file in a plugin's folder that lists what its scenarios are known not to notice. */
export const WEAK_FILE = "weak-scenarios.json";

/** Names of surviving mutations by scenario (`tool: title`). */
export type WeakList = Readonly<Record<string, readonly string[]>>;

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
    throw new PluginFault(`${file}: "survivors" must hold lists of names by scenario`);
  return survivors;
}

/** Writes the list sorted; the scenarios and names that are no longer weak are gone from it. */
export function writeWeakList(file: string, list: WeakList): void {
  const sorted = Object.entries(list)
    .filter(([, names]) => names.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([scenario, names]) => [scenario, [...names].sort()]);
  writeFileSync(file, `${JSON.stringify({ survivors: Object.fromEntries(sorted) }, undefined, 2)}\n`);
}

/** What is wrong with the list: survivors that it lacks, and entries that no longer survive or exist. */
export function weakListFaults(
  list: WeakList,
  ended: readonly MutatedScenario[],
  titles: readonly string[],
): string[] {
  return [
    ...ended.flatMap(({ scenario, survived }) =>
      survived
        .filter((name) => !listed(list, scenario).includes(name))
        .map((name) => `${scenario}: still passes with ${name}; make the scenario notice it`),
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
    Object.entries(list).map(([scenario, names]) => [
      scenario,
      names.filter((name) => !isStale(scenario, name)),
    ]),
  );
}

function staleEntries(
  list: WeakList,
  ended: readonly MutatedScenario[],
  titles: readonly string[],
): { scenario: string; name: string }[] {
  return Object.entries(list).flatMap(([scenario, names]) => {
    const run = ended.find((one) => one.scenario === scenario);
    const isStale = (name: string) =>
      run === undefined
        ? !titles.includes(scenario)
        : !run.possible.includes(name) || (run.ran.includes(name) && !run.survived.includes(name));
    return names.filter(isStale).map((name) => ({ scenario, name }));
  });
}

function listed(list: WeakList, scenario: string): readonly string[] {
  return list[scenario] ?? [];
}

function isWeakList(value: unknown): value is WeakList {
  return (
    typeof value === "object" &&
    value !== null &&
    Object.values(value).every(
      (names) => Array.isArray(names) && names.every((name) => typeof name === "string"),
    )
  );
}
