import { unknownUses } from "./release-skips.ts";
import type { Scenario, ToolAnswer } from "./scenario.ts";

/** What happened while a scenario ran, in order. */
export type ScenarioEvent =
  | { readonly kind: "call"; readonly tool: string; readonly dryRun: boolean; readonly isError: boolean }
  | { readonly kind: "refusal"; readonly tool: string }
  | { readonly kind: "read" };

/** Notes what a scenario does, to judge it by that afterwards. */
export class ScenarioRecord {
  readonly events: ScenarioEvent[] = [];

  called(tool: string, args: Readonly<Record<string, unknown>>, { isError }: ToolAnswer): void {
    this.events.push({ kind: "call", tool, dryRun: args.dryRun === true, isError });
  }

  refused(tool: string): void {
    this.events.push({ kind: "refusal", tool });
  }

  read(): void {
    this.events.push({ kind: "read" });
  }
}

/** Why a scenario that passed proves nothing; empty for a good one. */
export function weaknesses(
  { tool }: Scenario,
  { events }: ScenarioRecord,
  changes: boolean,
): readonly string[] {
  const calls = events.filter((event) => event.kind === "call" && event.tool === tool);
  if (calls.length === 0) return [`it never calls ${tool}`];
  const worked = events.findIndex(
    (event) => event.kind === "call" && event.tool === tool && !event.isError && !event.dryRun,
  );
  const found: string[] = [];
  if (worked < 0) found.push(`no call of ${tool} succeeds`);
  else if (changes && !events.slice(worked).some(({ kind }) => kind === "read"))
    found.push("it does not read the cluster after the change; use t.cluster");
  if (!events.some((event) => event.kind === "refusal" && event.tool === tool))
    found.push(`it asserts no refusal of ${tool}; use t.refused with an error code`);
  return found;
}

/** What is wrong with a plugin's scenarios before any of them runs. */
export function declarationFaults(scenarios: readonly Scenario[], tools: readonly string[]): string[] {
  const titles = scenarios.map(({ tool, title }) => `${tool}: ${title}`);
  const twice = new Set(titles.filter((title, index) => titles.indexOf(title) !== index));
  return [
    ...[...twice].map((title) => `${title}: there are two scenarios of this title`),
    ...scenarios
      .filter(({ title }) => title.trim() === "")
      .map(({ tool }) => `${tool}: a scenario has no title`),
    ...scenarios
      .filter(({ tool }) => !tools.includes(tool))
      .map(({ tool, title }) => `${tool}: ${title}: the plugin has no such tool`),
    ...scenarios.flatMap((one) =>
      unknownUses(one).map((use) => `${one.tool}: ${one.title}: no release of the API has ${use}`),
    ),
    ...tools
      .filter((name) => !scenarios.some(({ tool }) => tool === name))
      .map((name) => `${name}: it has no scenario`),
  ];
}
