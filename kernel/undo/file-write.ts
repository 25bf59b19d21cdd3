import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { atPlace } from "../../sdk/places.ts";
import type { FileLine } from "../../sdk/steps.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import type { JobUndo } from "../jobs/types.ts";
import type { Logger } from "../log.ts";
import { nodeStepOf } from "../plans/node-steps/of-plan.ts";
import { presentFiles } from "../plans/node-steps/present.ts";
import { showNodeStep } from "../plans/node-steps/show.ts";
import type { PresentFile } from "../plans/node-steps/types.ts";
import type { PlanStore } from "../plans/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { ClusterAccess } from "../tokens.ts";

/** A larger file is not kept in memory to be put back. Bytes. */
const MOST_BYTES = 262_144;
const LOOK_MS = 10_000;

/** A file that a plan is about to write, as it was before. */
export interface FileBefore {
  readonly planned: PlanStep;
  readonly over: FileLine;
  readonly present: PresentFile | "absent" | "unknown";
}

/** Looks at the file that a plan of one step writes; undefined for any other plan. Never rejects. */
export async function fileBefore(
  { steps }: Plan,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<FileBefore | undefined> {
  const [planned, ...others] = steps;
  const over = planned?.step.over;
  if (over?.by === "file" && over.snippet !== undefined) return undefined;
  if (planned === undefined || others.length > 0 || over?.by !== "file" || over.action !== "write")
    return undefined;
  const bounds = { maxBytes: MOST_BYTES, signal: AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]) };
  const present = await presentFiles(access)
    .read(over.place, over.path, bounds)
    .then(
      (found) => found ?? ("absent" as const),
      () => "unknown" as const,
    );
  return { planned, over, present };
}

/** What keeping the way back of a written file takes. */
export interface PutBackParts {
  readonly access: ClusterAccess;
  readonly plans: PlanStore;
  readonly redactor: Redactor;
  readonly logger: Logger;
  readonly sshLogin: string | undefined;
}

/**
 * Keeps a plan that writes back what the file held, over what was written alone; else says what can be done. Never
 * rejects: the change stands.
 */
export async function putFileBack(plan: Plan, before: FileBefore, parts: PutBackParts): Promise<JobUndo> {
  try {
    return await keepBack(plan, before, parts);
  } catch (error) {
    parts.logger.warn(`no undo plan for ${plan.tool}: ${String(error)}`);
    return { text: "no plan for the way back could be kept" };
  }
}

async function keepBack(plan: Plan, before: FileBefore, parts: PutBackParts): Promise<JobUndo> {
  const { over, planned, present } = before;
  const where = `${over.path} ${atPlace(over.place)}`;
  if (present === "absent") return { text: `remove ${where}: there was none before` };
  if (present === "unknown") return { text: `not possible: what ${where} held before is not known` };
  if (present.content === undefined || !isUtf8(present.content)) {
    return {
      text: `not possible: what ${where} held (SHA-256 ${present.sha256}) was too large to be kept, or no text`,
    };
  }
  const { mode: changed, ...rest } = over;
  const content = { text: Buffer.from(present.content).toString() };
  const expected = digestOf(over);
  const line: FileLine = { ...rest, content, ...(expected === undefined ? {} : { expected }) };
  const step: PlanStep = {
    ...planned,
    step: { ...planned.step, over: line, note: "puts back what it held" },
  };
  const back: Plan = { ...plan, steps: [step] };
  const shown = await shownBack(step, parts);
  const kept = await parts.plans.keep(back, { origin: "undo", facts: shown });
  const until = new Date(kept.expiresAt).toISOString().slice(11, 19);
  const lost = changed === undefined ? "" : "; not undone: its mode";
  return { plan: kept.id, text: `plan ${kept.id} puts back ${stepTitle(step)} until ${until} UTC${lost}` };
}

async function shownBack(step: PlanStep, { access, redactor, sshLogin }: PutBackParts) {
  const nodeStep = nodeStepOf(step, sshLogin);
  const files = presentFiles(access);
  const signal = AbortSignal.timeout(LOOK_MS);
  const shown =
    nodeStep === undefined ? undefined : await showNodeStep(nodeStep, { files, redactor, signal });
  return {
    fingerprint: shown?.fingerprint ?? [],
    privileges: [],
    blastRadius: { affected: [], unseen: [], clear: [] },
    undo: [],
    shown: shown === undefined ? [] : [{ step: step.step.id, lines: shown.lines }],
  };
}

function digestOf({ content }: FileLine): string | undefined {
  if (content === undefined) return undefined;
  return "text" in content ? createHash("sha256").update(content.text).digest("hex") : content.sha256;
}
