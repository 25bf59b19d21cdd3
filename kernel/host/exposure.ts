import { isWithin } from "../../sdk/risk.ts";
import { useName } from "../../sdk/tool.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { type Settings, VALIDATION_STATUSES, type ValidationStatus } from "../settings/types.ts";
import type { Hidden, HostedTool, ToolValidation } from "./types.ts";
import { ANY_USE } from "./verify.ts";

/** A configured cluster as far as exposure goes; without a catalog its version is unknown. */
export interface KnownCluster {
  readonly name: string;
  readonly catalog: Catalog | undefined;
}

/** A tool before it is decided whether it is shown. */
export type Candidate = Omit<HostedTool, "validation" | "hidden">;

/**
 * What is known of a tool on the cluster that serves it best, and why it is hidden, with
 * every setting that is in the way. An unknown version hides nothing.
 */
export function expose(
  candidate: Candidate,
  settings: Settings,
  clusters: readonly KnownCluster[],
  validate: (catalog: Catalog | undefined) => ToolValidation,
): HostedTool {
  const serving = clusters.filter(({ catalog }) => lacking(candidate, catalog).length === 0);
  const judged = (serving.length > 0 ? serving : [{ catalog: undefined }]).map(({ catalog }) =>
    validate(catalog),
  );
  const validation = judged.reduce((best, next) => (rank(next.status) > rank(best.status) ? next : best));
  const reasons = [
    ...validationReason(validation, settings.plugins.minValidation),
    ...accessReason(candidate, settings),
    ...(serving.length === 0 && clusters.length > 0 ? [unservedReason(candidate, clusters)] : []),
  ];
  const hidden = joined(reasons);
  return { ...candidate, validation, ...(hidden === undefined ? {} : { hidden }) };
}

/** Required uses that a release does not have. */
function lacking({ tool }: Candidate, catalog: Catalog | undefined): string[] {
  if (catalog === undefined) return [];
  return tool.uses.filter(
    (use): use is string =>
      typeof use === "string" && use !== ANY_USE && catalog.endpoint(useName(use)) === undefined,
  );
}

function validationReason({ status, reason }: ToolValidation, least: ValidationStatus): Hidden[] {
  if (rank(status) >= rank(least)) return [];
  const because = reason === undefined ? "" : `: ${reason}`;
  return [
    {
      why: `it is ${status}, and tools are shown from ${least} on${because}`,
      show: `PROXMOX_MCP_MIN_VALIDATION=${status}`,
    },
  ];
}

function accessReason({ lowest }: Candidate, { access }: Settings): Hidden[] {
  if (isWithin(lowest, access)) return [];
  return [
    {
      why: `it needs the access "${lowest}", and the access is "${access}"`,
      show: `PROXMOX_MCP_ACCESS=${lowest}`,
    },
  ];
}

function unservedReason(candidate: Candidate, clusters: readonly KnownCluster[]): Hidden {
  const lacks = clusters.map(
    ({ name, catalog }) =>
      `${name} (Proxmox VE ${catalog?.release}) lacks ${lacking(candidate, catalog).join(" and ")}`,
  );
  return {
    why: `no configured cluster can serve it: ${lacks.join("; ")}`,
    show: "a cluster of a version that has it",
  };
}

function joined(reasons: readonly Hidden[]): Hidden | undefined {
  if (reasons.length === 0) return undefined;
  return {
    why: reasons.map(({ why }) => why).join("; and "),
    show: `${reasons.map(({ show }) => show).join(" and ")} would show it.`,
  };
}

function rank(status: ValidationStatus): number {
  return VALIDATION_STATUSES.indexOf(status);
}
