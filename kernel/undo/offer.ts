import type { Plan } from "../call/types.ts";
import type { JobUndo } from "../jobs/types.ts";
import type { Logger } from "../log.ts";
import { takeFingerprint } from "../plans/fingerprint.ts";
import type { PlanStore, SeenEntry } from "../plans/types.ts";
import { undoNotes } from "../plans/undo-notes.ts";
import { judgeRow } from "../readback/rows.ts";
import type { SeenAnswer, Values } from "../readback/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { RestRequest } from "../transports/types.ts";
import { type BeforeStates, inverseOf } from "./inverse.ts";
import type { Inverse } from "./types.ts";
import { undoPlan } from "./undo-plan.ts";

/** What offering an undo takes. */
export interface OfferParts {
  readonly access: ClusterAccess;
  readonly plans: PlanStore;
  readonly redactor: Redactor;
  readonly logger: Logger;
  readonly before: BeforeStates;
}

/** How long looking at what the undo is for may take, milliseconds. */
const LOOK_MS = 10_000;

/**
 * Keeps the way back from a change that was done and read back, as a plan bound to the objects as they are
 * now; where there is none, says what can be done. Never rejects: the change stands.
 */
export async function offerUndo(
  plan: Plan,
  seen: readonly SeenAnswer[],
  parts: OfferParts,
): Promise<JobUndo | undefined> {
  try {
    return (await keepInverse(plan, seen, parts)) ?? inWords(plan);
  } catch (error) {
    parts.logger.warn(`no undo plan for ${plan.tool}: ${String(error)}`);
    return inWords(plan);
  }
}

async function keepInverse(
  plan: Plan,
  seen: readonly SeenAnswer[],
  { access, plans, redactor, before }: OfferParts,
): Promise<JobUndo | undefined> {
  const inverse = inverseOf(plan, before);
  if (inverse === undefined) return undefined;
  const lost = inverse.lost.length === 0 ? "" : `; not undone: ${inverse.lost.join("; ")}`;
  if (inverse.steps.length === 0) return { text: `nothing to put back${lost}` };
  const back = undoPlan(plan, inverse.steps, { catalog: await access.catalog(), seen, redactor });
  if (back === undefined) return undefined;
  const fingerprint = await takeFingerprint(back, remembering(access, seen), AbortSignal.timeout(LOOK_MS));
  if (!isOurs(inverse, fingerprint)) return undefined;
  const kept = await plans.keep(back, {
    origin: "undo",
    facts: { fingerprint, privileges: [], blastRadius: NOT_LOOKED_AT, undo: [], shown: [] },
  });
  const until = new Date(kept.expiresAt).toISOString().slice(11, 19);
  return {
    plan: kept.id,
    text: `plan ${kept.id} puts back ${inverse.puts.join(", ")} until ${until} UTC${lost}`,
  };
}

const NOT_LOOKED_AT = {
  affected: [],
  unseen: [{ kind: "undo", text: "what else a way back touches is not looked at beforehand" }],
  clear: [],
};

/** A thing known by its place in a list could be another's by now. */
function isOurs({ shows }: Inverse, fingerprint: readonly SeenEntry[]): boolean {
  if (shows === undefined) return true;
  const values = fingerprint.map((entry) => entry.values).filter((one) => one !== undefined);
  return values.length > 0 && judgeRow({ is: "listed", there: true, row: shows }, values).length === 0;
}

/** What was just read back is not asked for again. */
function remembering(access: ClusterAccess, seen: readonly SeenAnswer[]): ClusterAccess {
  const answerTo = ({ endpoint, params }: RestRequest) =>
    seen.find((one) => one.endpoint === `${endpoint.method} ${endpoint.path}` && same(one.params, params));
  return {
    name: access.name,
    inventory: access.inventory,
    ssh: access.ssh,
    guests: access.guests,
    catalog: () => access.catalog(),
    version: () => access.version(),
    knownVersion: () => access.knownVersion(),
    rest: {
      read: <T>(request: RestRequest) => {
        const known = answerTo(request);
        // It is what the same request answered.
        return known === undefined ? access.rest.read<T>(request) : Promise.resolve(known.data as T);
      },
      write: (request) => access.rest.write(request),
      close: () => access.rest.close(),
    },
  };
}

function same(a: Values, b: Values): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => String(a[name]) === String(b[name]));
}

/** What can be done instead, step by step. */
function inWords({ steps }: Plan): JobUndo | undefined {
  const texts = undoNotes(steps, []).map(({ how, text }) =>
    how === "none" ? `not possible: ${text}` : text,
  );
  return texts.length === 0 ? undefined : { text: [...new Set(texts)].join("; ") };
}
