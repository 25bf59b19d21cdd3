import { type Evidence, type EvidenceEntry, withPassing } from "../plugin-files/evidence.ts";

/** How a tool's scenarios ended, all of them together. */
export interface ToolOutcome {
  readonly tool: string;
  /** Undefined where none of them ran in this place. */
  readonly passed: boolean | undefined;
  /** Titles of its scenarios, sorted. */
  readonly scenarios: readonly string[];
  /** Its present digest for the release that they ran on. */
  readonly digest: string;
}

/** Where and when the scenarios ran. */
export interface RunPlace {
  readonly where: EvidenceEntry["where"];
  readonly pve: string;
  readonly today: string;
}

/** Evidence after a run: passings added, what no longer passes and tools that are gone taken out. */
export function evidenceAfter(
  before: Evidence,
  outcomes: readonly ToolOutcome[],
  { where, pve, today }: RunPlace,
): Evidence {
  const after = outcomes.map(({ tool, passed, scenarios, digest }) => {
    const entries = before[tool] ?? [];
    if (passed === undefined) return [tool, entries] as const;
    const kept = entries.filter((entry) => entry.where !== where || entry.pve !== pve);
    return [
      tool,
      passed ? withPassing(entries, { where, pve, at: today, digest, scenarios }) : kept,
    ] as const;
  });
  return Object.fromEntries(after.filter(([, entries]) => entries.length > 0));
}

/** What a check finds wrong with evidence as it is on disk; empty when it says what a run would write. */
export function evidenceFaults(
  evidence: Evidence,
  outcomes: readonly ToolOutcome[],
  { where, pve }: RunPlace,
): string[] {
  const gone = Object.keys(evidence).filter((name) => !outcomes.some(({ tool }) => tool === name));
  return [
    ...gone.map((name) => `${name}: there is evidence, but no such tool`),
    ...outcomes
      .filter(({ passed }) => passed)
      .flatMap(({ tool, digest, scenarios }) => {
        const entry = evidence[tool]?.find((own) => own.where === where && own.pve === pve);
        if (entry === undefined) return [`${tool}: evidence is missing`];
        if (entry.digest !== digest)
          return [`${tool}: evidence is stale: the tool has changed since ${entry.at}`];
        if (entry.scenarios.join("\n") !== scenarios.join("\n"))
          return [`${tool}: evidence is stale: its scenarios are others now`];
        return [];
      }),
  ];
}
