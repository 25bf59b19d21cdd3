import { existsSync } from "node:fs";
import { PluginFault } from "./fault.ts";
import { isObject, readJsonObject } from "./json-file.ts";

/** Name of the evidence file in a plugin's folder. Only the runner of scenarios writes it. */
export const EVIDENCE_FILE = "evidence.json";

/** One passing of a tool's scenarios. */
export interface EvidenceEntry {
  readonly where: "lab" | "live";
  /** Release of Proxmox VE, `9.2`. */
  readonly pve: string;
  /** Day of the first passing with this digest, `2026-01-31`. */
  readonly at: string;
  readonly digest: string;
  /** Titles of the scenarios, sorted. */
  readonly scenarios: readonly string[];
}

/** A plugin's evidence by tool name. */
export type Evidence = Readonly<Record<string, readonly EvidenceEntry[]>>;

/** Reads a plugin's evidence; none where there is no file. Throws a {@link PluginFault} for a damaged one. */
export function readEvidence(file: string): Evidence {
  if (!existsSync(file)) return {};
  const { tools } = readJsonObject(file);
  if (!isObject(tools)) throw new PluginFault(`${file}: "tools" must be an object`);
  return Object.fromEntries(
    Object.entries(tools).map(([name, entries]) => {
      if (!Array.isArray(entries) || !entries.every(isEvidenceEntry))
        throw new PluginFault(`${file}: the entries of ${name} are damaged`);
      return [name, entries];
    }),
  );
}

function isEvidenceEntry(value: unknown): value is EvidenceEntry {
  return (
    isObject(value) &&
    (value.where === "lab" || value.where === "live") &&
    [value.pve, value.at, value.digest].every((part) => typeof part === "string") &&
    Array.isArray(value.scenarios)
  );
}

/** The file's text: sorted, so that only real changes show in a diff. */
export function formatEvidence(evidence: Evidence): string {
  const tools = Object.entries(evidence)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, entries]) => [
      name,
      entries
        .map(({ where, pve, at, digest, scenarios }) => ({ where, pve, at, digest, scenarios }))
        .sort((a, b) => (`${a.where} ${a.pve}` < `${b.where} ${b.pve}` ? -1 : 1)),
    ]);
  return `${JSON.stringify({ tools: Object.fromEntries(tools) }, undefined, 2)}\n`;
}

/** Evidence with a new passing; its day stays where the digest has not changed. */
export function withPassing(
  entries: readonly EvidenceEntry[],
  passing: EvidenceEntry,
): readonly EvidenceEntry[] {
  const same = (entry: EvidenceEntry) => entry.where === passing.where && entry.pve === passing.pve;
  const before = entries.find(same);
  const at = before?.digest === passing.digest ? before.at : passing.at;
  return [...entries.filter((entry) => !same(entry)), { ...passing, at }];
}

/** Releases of Proxmox VE that some evidence is from. */
export function releasesOf(evidence: Evidence): readonly string[] {
  return [...new Set(Object.values(evidence).flatMap((entries) => entries.map(({ pve }) => pve)))];
}
