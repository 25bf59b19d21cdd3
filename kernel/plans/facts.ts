import { ToolError } from "../../sdk/errors.ts";
import type { Plan } from "../call/types.ts";
import { ownPermissions } from "../privileges/own-permissions.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";
import { blastRadius } from "./blast-radius/blast-radius.ts";
import { takeFingerprint } from "./fingerprint.ts";
import { nodeStepOf } from "./node-steps/of-plan.ts";
import { presentFiles } from "./node-steps/present.ts";
import { showNodeStep } from "./node-steps/show.ts";
import type { PresentFiles, ShownNodeStep } from "./node-steps/types.ts";
import { stepPrivileges } from "./privileges.ts";
import type { PlanFacts, UndoNote } from "./types.ts";
import { undoNotes } from "./undo-notes.ts";

/** What finding out about a plan takes. */
export interface FactsParts {
  readonly access: ClusterAccess;
  readonly signal: AbortSignal;
  readonly isRootLogin: boolean;
  /** The account that SSH signs in as; undefined where SSH is not set up. */
  readonly sshLogin: string | undefined;
  readonly redactor: Redactor;
  /** The plan may not be carried out: then its files are not looked at either, for a diff would show them. */
  readonly isRefused?: boolean;
}

/**
 * Finds out what a plan is made for, whether the account may do it, what else it touches, and how to undo it:
 * with some requests at once, so only for a plan that is shown to somebody before it runs.
 */
export async function planFacts(plan: Plan, parts: FactsParts): Promise<PlanFacts> {
  const { access, signal, isRootLogin } = parts;
  const asked = ownPermissions(access, { fresh: true, signal }).catch(() => undefined);
  const [held, ofApi, radius, shown] = await Promise.all([
    asked,
    takeFingerprint(plan, access, signal),
    blastRadius(plan, { access, signal, held: asked }),
    showDetours(plan, parts),
  ]);
  const fingerprint = [...ofApi, ...shown.flatMap((step) => step.fingerprint)];
  return {
    fingerprint,
    privileges: stepPrivileges(plan.steps, { held, isRootLogin }),
    blastRadius: radius,
    undo: withDetours(undoNotes(plan.steps, fingerprint), shown),
    shown: shown.map(({ undo, lines }) => ({ step: undo.step, lines })),
  };
}

const NOT_LOOKED_AT: PresentFiles = {
  read: () =>
    Promise.reject(
      new ToolError({ code: "denied", message: "it is not looked at, since the call would be refused" }),
    ),
};

/** The steps past the API, each with what is there now. */
async function showDetours(
  plan: Plan,
  { access, signal, redactor, sshLogin, isRefused }: FactsParts,
): Promise<readonly ShownNodeStep[]> {
  const parts = { files: isRefused ? NOT_LOOKED_AT : presentFiles(access), redactor, signal };
  const steps = plan.steps
    .map((planned) => nodeStepOf(planned, sshLogin))
    .filter((step) => step !== undefined);
  return Promise.all(steps.map((step) => showNodeStep(step, parts)));
}

/** A command that stands for an API method is undone as that; anything else past the API says itself how. */
function withDetours(notes: readonly UndoNote[], shown: readonly ShownNodeStep[]): readonly UndoNote[] {
  return notes.map((note) => {
    const own = shown.find(({ undo }) => undo.step === note.step)?.undo;
    return own === undefined || note.how === "inverse" ? note : own;
  });
}
