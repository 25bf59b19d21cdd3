import type { PluginDigests } from "../../sdk/plugin-files/digests.ts";
import type { Evidence, EvidenceEntry } from "../../sdk/plugin-files/evidence.ts";
import { type DefinedTool, useName } from "../../sdk/tool.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import { VALIDATION_STATUSES } from "../settings/types.ts";
import type { ToolValidation } from "./types.ts";

/** What a plugin's files say about its tools: what was seen to work, and what is there now. */
export interface PluginEvidence {
  readonly evidence: Evidence;
  readonly digests: PluginDigests;
  /** Set where the files could not be read; then nothing counts. */
  readonly fault?: string;
}

/** Catalogs of the releases that evidence is from, by release. */
export type EvidenceCatalogs = ReadonlyMap<string, Catalog>;

/**
 * What the evidence is worth for a cluster: entries count whose digest is the present
 * one and that are of the cluster's major version, or of another one with a compatible
 * schema. While the cluster's version is unknown its major does not matter.
 */
export function validationFor(
  tool: DefinedTool,
  { evidence, digests, fault }: PluginEvidence,
  catalogs: EvidenceCatalogs,
  cluster: Catalog | undefined,
): ToolValidation {
  if (fault !== undefined) return { status: "experimental", reason: `its evidence cannot be read: ${fault}` };
  const entries = evidence[tool.name] ?? [];
  if (entries.length === 0)
    return { status: "experimental", reason: "it has no evidence: no scenario of it has passed yet" };
  const present = digests[tool.name] ?? {};
  const current = entries.filter(({ pve, digest }) => present[pve] === digest);
  if (current.length === 0) return { status: "experimental", reason: changedReason(entries) };

  const judged = current.map((entry) => ({
    entry,
    against: incompatibility(tool, entry, catalogs, cluster),
  }));
  const counting = judged.filter(({ against }) => against === undefined).map(({ entry }) => entry);
  const best = highest(counting, cluster);
  if (best === undefined)
    return { status: "experimental", reason: judged[0]?.against ?? "its evidence is of another version" };
  const { where, pve, at } = best;
  const other = cluster !== undefined && majorOf(pve) !== majorOf(cluster.release);
  return {
    status: where,
    evidence: { where, pve, at },
    ...(other
      ? { reason: `seen to work on Proxmox VE ${pve}; the schema of ${cluster.release} is compatible` }
      : {}),
  };
}

function changedReason(entries: readonly EvidenceEntry[]): string {
  const last = entries
    .map(({ at }) => at)
    .sort()
    .at(-1);
  return `it has changed since its scenario passed (${last}); run its scenario again`;
}

/** Highest status first; among equals the one of the cluster's own major, then the newest release. */
function highest(entries: readonly EvidenceEntry[], cluster: Catalog | undefined): EvidenceEntry | undefined {
  const own = ({ pve }: EvidenceEntry) =>
    Number(cluster !== undefined && majorOf(pve) === majorOf(cluster.release));
  return [...entries].sort(
    (a, b) =>
      VALIDATION_STATUSES.indexOf(b.where) - VALIDATION_STATUSES.indexOf(a.where) ||
      own(b) - own(a) ||
      Number(b.pve) - Number(a.pve),
  )[0];
}

function incompatibility(
  tool: DefinedTool,
  { pve }: EvidenceEntry,
  catalogs: EvidenceCatalogs,
  cluster: Catalog | undefined,
): string | undefined {
  if (cluster === undefined || majorOf(pve) === majorOf(cluster.release)) return undefined;
  const seen = catalogs.get(pve);
  for (const use of tool.uses) {
    const before = seen?.endpoint(useName(use));
    const now = cluster.endpoint(useName(use));
    const isOptional = typeof use !== "string";
    if (before === undefined || (now === undefined && isOptional)) continue;
    if (now === undefined || !isCompatible(before, now))
      return `it was seen to work on Proxmox VE ${pve}, and ${useName(use)} differs in ${cluster.release}`;
  }
  return undefined;
}

/** True when a call that fits one schema can fit the other: same kinds of values, nothing more required. */
export function isCompatible(before: Endpoint, now: Endpoint): boolean {
  if ((before.task ?? false) !== (now.task ?? false)) return false;
  const names = new Set([...Object.keys(before.parameters), ...Object.keys(now.parameters)]);
  return [...names].every((name) => {
    const old = before.parameters[name];
    const own = now.parameters[name];
    if (own === undefined) return true;
    if (old === undefined) return own.optional === true;
    const required = own.optional !== true && old.optional === true;
    return !required && (old.type ?? "string") === (own.type ?? "string");
  });
}

function majorOf(release: string): string {
  return release.split(".", 1)[0] ?? release;
}
