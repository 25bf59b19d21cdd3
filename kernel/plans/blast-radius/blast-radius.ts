import type { Plan } from "../../call/types.ts";
import type { Held } from "../../privileges/held.ts";
import type { ClusterAccess } from "../../tokens.ts";
import type { Affected, BlastRadius, Unseen } from "../types.ts";
import { backupJobs } from "./backup-jobs.ts";
import { firewallReferences } from "./firewall-references.ts";
import { guestsOnNode } from "./guests-on-node.ts";
import { highAvailability } from "./high-availability.ts";
import { linkedClones } from "./linked-clones.ts";
import { Look } from "./look.ts";
import { managementInterface } from "./management-interface.ts";
import { poolMembers } from "./pool-members.ts";
import type { Probe } from "./probe.ts";
import { quorum } from "./quorum.ts";
import { replication } from "./replication.ts";
import { storageUsers } from "./storage-users.ts";

/** Every kind of surroundings that is looked at. */
const PROBES: readonly Probe[] = [
  quorum,
  managementInterface,
  guestsOnNode,
  poolMembers,
  storageUsers,
  linkedClones,
  highAvailability,
  replication,
  backupJobs,
  firewallReferences,
];

/** What looking around takes. */
export interface BlastRadiusParts {
  readonly access: ClusterAccess;
  readonly signal: AbortSignal;
  /** What the account holds, to tell where lists leave something out. */
  readonly held: Promise<Held | undefined>;
}

/**
 * What a plan touches besides its targets, from its steps' endpoints alone. All kinds are looked at side by side,
 * within a few seconds and a bounded number of requests; what could not be seen is part of the answer. Never rejects.
 */
export async function blastRadius(
  plan: Plan,
  { access, signal, held }: BlastRadiusParts,
): Promise<BlastRadius> {
  const look = new Look({ access, catalog: await access.catalog(), held, signal });
  const affected: Affected[] = [];
  const unseen: Unseen[] = [];
  const clear: string[] = [];
  const looks = PROBES.map((probe) => ({ probe, found: probe.look(plan, look) }));
  for (const { probe, found: looking } of looks) {
    if (looking === undefined) continue;
    const found = await looking;
    affected.push(...found.affected.map((one) => ({ kind: probe.kind, ...one })));
    unseen.push(...found.unseen.map((text) => ({ kind: probe.kind, text })));
    if (found.affected.length === 0 && found.unseen.length === 0) clear.push(probe.what);
  }
  return { affected, unseen, clear };
}
