import { isWithin } from "../../sdk/risk.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { lackingUses } from "../policy/versions.ts";
import { type Settings, VALIDATION_STATUSES, type ValidationStatus } from "../settings/types.ts";
import { needsSsh } from "./detour-uses.ts";
import type { Hidden, HostedTool, ToolValidation } from "./types.ts";

/** A configured cluster as far as exposure goes; without a catalog its version is unknown. */
export interface KnownCluster {
  readonly name: string;
  readonly catalog: Catalog | undefined;
}

/** A tool before it is decided whether it is shown. */
export type Candidate = Omit<HostedTool, "validation" | "hidden" | "withheld">;

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
  const { minValidation } = settings.plugins;
  const serving = clusters.filter(({ catalog }) => lackingUses(candidate.tool, catalog).length === 0);
  const judged = serving.map(({ name, catalog }) => ({ name, validation: validate(catalog) }));
  const validation = judged
    .map((each) => each.validation)
    .reduce(
      (best, next) => (rank(next.status) > rank(best.status) ? next : best),
      validate(serving[0]?.catalog),
    );
  const reasons = [
    ...validationReason(validation, minValidation),
    ...accessReason(candidate, settings),
    ...sshReason(candidate, settings),
    ...(serving.length === 0 && clusters.length > 0 ? [unservedReason(candidate, clusters)] : []),
  ];
  const hidden = joined(reasons);
  if (hidden !== undefined) return { ...candidate, validation, hidden };
  const withheld = judged.flatMap((each): [string, Hidden][] => {
    const reason = joined(validationReason(each.validation, minValidation));
    return reason === undefined ? [] : [[each.name, reason]];
  });
  return { ...candidate, validation, ...(withheld.length === 0 ? {} : { withheld: new Map(withheld) }) };
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

function sshReason({ tool }: Candidate, { clusters }: Settings): Hidden[] {
  if (!needsSsh(tool) || clusters.length === 0 || clusters.some(({ ssh }) => ssh !== undefined)) return [];
  return [
    {
      why: "it needs SSH to the nodes, which is not set up",
      show: "PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH with PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY",
    },
  ];
}

function unservedReason(candidate: Candidate, clusters: readonly KnownCluster[]): Hidden {
  const lacks = clusters.map(
    ({ name, catalog }) =>
      `${name} (Proxmox VE ${catalog?.release}) lacks ${lackingUses(candidate.tool, catalog).join(" and ")}`,
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
