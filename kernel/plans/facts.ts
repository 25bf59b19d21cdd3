import type { Plan } from "../call/types.ts";
import { ownPermissions } from "../privileges/own-permissions.ts";
import type { ClusterAccess } from "../tokens.ts";
import { blastRadius } from "./blast-radius/blast-radius.ts";
import { takeFingerprint } from "./fingerprint.ts";
import { stepPrivileges } from "./privileges.ts";
import type { PlanFacts } from "./types.ts";
import { undoNotes } from "./undo-notes.ts";

/** What finding out about a plan takes. */
export interface FactsParts {
  readonly access: ClusterAccess;
  readonly signal: AbortSignal;
  readonly isRootLogin: boolean;
}

/**
 * Finds out what a plan is made for, whether the account may do it, what else it touches, and how to undo it:
 * with some requests at once, so only for a plan that is shown to somebody before it runs.
 */
export async function planFacts(plan: Plan, { access, signal, isRootLogin }: FactsParts): Promise<PlanFacts> {
  const asked = ownPermissions(access, { fresh: true, signal }).catch(() => undefined);
  const [held, fingerprint, radius] = await Promise.all([
    asked,
    takeFingerprint(plan, access, signal),
    blastRadius(plan, { access, signal, held: asked }),
  ]);
  return {
    fingerprint,
    privileges: stepPrivileges(plan.steps, { held, isRootLogin }),
    blastRadius: radius,
    undo: undoNotes(plan.steps, fingerprint),
  };
}
