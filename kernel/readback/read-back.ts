import { isToolError } from "../../sdk/errors.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import type { JobStep } from "../jobs/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { RestFault } from "../transports/types.ts";
import { fold, type Look } from "./fold.ts";
import { type JudgeParts, judge } from "./judge.ts";
import {
  ANSWER,
  type Check,
  type CheckState,
  type Expectation,
  type Finding,
  type SeenAnswer,
  type Values,
} from "./types.ts";
import { lookAtFile } from "./written-files.ts";

/** How long one look may take, milliseconds: a change that is done does not wait long for its check. */
const LOOK_MS = 10_000;
/** How Proxmox VE says that an object is not there; the status is 500 mostly, 400 or 404. */
const MISSING = /do(?:es)? not exist|no such|not found|no rule at position|unable to find|not defined/i;

const SEVERITY: readonly CheckState[] = [
  "not_applied",
  "differs",
  "not_checked",
  "in_part",
  "pending",
  "as_planned",
];

/**
 * Reads back what the steps that were done promised, one request an object. Never rejects: what cannot
 * be looked at is `not_checked`, with why.
 */
export async function readBack(
  steps: readonly JobStep[],
  access: ClusterAccess,
  stop: AbortSignal,
  seen: (answer: SeenAnswer) => void = () => undefined,
): Promise<readonly Check[]> {
  const expectations = steps.filter(({ state }) => state === "done").flatMap(expectedOf);
  if (expectations.length === 0) return [];
  const { looks, others, files } = fold(expectations);
  const known = others.map(
    (other): Check =>
      "why" in other
        ? { object: other.object, state: "not_checked", details: [other.why] }
        : { object: other.object, state: "as_planned" },
  );
  const checks = await Promise.all([
    ...looks.map((look) => lookAt(look, access, { stop, seen })),
    ...files.map((file) => lookAtFile(file, access, stop)),
  ]);
  return [...checks, ...known];
}

/** What a step promised, with its answer filled in; what only the HA manager was asked for comes later. */
function expectedOf(step: JobStep): readonly Expectation[] {
  const byHa = step.tasks.some(({ upid }) => /:ha(?:migrate|relocate):/.test(upid));
  return (step.expect ?? []).map((expectation) => {
    if (!("read" in expectation)) return expectation;
    if (expectation.askedOfHa && byHa) {
      return { object: expectation.object, why: "the HA manager was asked, which acts in its own time" };
    }
    const { want } = expectation;
    if (want.is !== "listed" || !Object.values(want.row).includes(ANSWER)) return expectation;
    if (typeof step.answer !== "string") return { object: expectation.object, why: "its name is not known" };
    return { ...expectation, want: { ...want, row: filled(want.row, step.answer) } };
  });
}

function filled(row: Values, answer: string): Values {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value === ANSWER ? answer : value]),
  );
}

interface Looking {
  readonly stop: AbortSignal;
  readonly seen: (answer: SeenAnswer) => void;
}

async function lookAt(look: Look, access: ClusterAccess, { stop, seen }: Looking): Promise<Check> {
  const { object } = look;
  try {
    const catalog = await access.catalog();
    const endpoint = catalog.endpoint(look.read.endpoint);
    if (endpoint === undefined) return notChecked(object, "this release cannot show it");
    const params = look.read.params;
    const answer = await access.rest.read({ endpoint, params, signal: stop, timeoutMs: LOOK_MS });
    seen({ ...look.read, data: answer });
    const parts: JudgeParts = { catalog, visible: () => visibleGuests(access, stop) };
    const found = await Promise.all(look.wants.map((want) => judge(want, answer, parts)));
    return checkOf(object, found.flat());
  } catch (error) {
    return unread(look, error);
  }
}

async function visibleGuests(access: ClusterAccess, signal: AbortSignal): Promise<ReadonlySet<number>> {
  const { guests } = await access.inventory.read({ fresh: true, signal });
  return new Set(guests.map(({ vmid }) => vmid));
}

function unread({ object, wants, read }: Look, error: unknown): Check {
  const isMissing = error instanceof RestFault && error.kind === "answer" && saysMissing(error);
  if (isMissing && (error.status === 500 || error.status === 400 || error.status === 404)) {
    if (wants.every(({ is }) => is === "absent" || is === "rewritten"))
      return { object, state: "as_planned" };
    return { object, state: "not_applied", details: ["it is not there"] };
  }
  const known = fromUpstream(error, { what: `GET ${read.endpoint.slice("GET ".length)}` });
  return notChecked(object, isToolError(known) ? known.message : "a fault in this server");
}

/** A backup job that does not exist is answered as a fault of the parameter `id`. */
function saysMissing({ reason, errors }: RestFault): boolean {
  return MISSING.test(reason) || Object.values(errors ?? {}).some((fault) => MISSING.test(fault));
}

function notChecked(object: string, why: string): Check {
  return { object, state: "not_checked", details: [why] };
}

function checkOf(object: string, findings: readonly Finding[]): Check {
  const state = SEVERITY.find((one) => findings.some((finding) => finding.state === one)) ?? "as_planned";
  if (findings.length === 0) return { object, state };
  return { object, state, details: findings.map(({ detail }) => detail) };
}
