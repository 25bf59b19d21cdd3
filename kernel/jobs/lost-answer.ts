import { RestFault } from "../transports/types.ts";
import { Backoff, pause } from "./pause.ts";
import { findStartedTasks, isSearchable, type PveUser } from "./search.ts";
import type { Following } from "./step-end.ts";
import type { JobStepSent } from "./types.ts";
import { parseUpid, type Upid } from "./upid.ts";

/** How long to look for the task of a request whose answer was not seen, milliseconds. */
const SEARCH_MS = 10_000;

/** What could be found out about a write whose answer was not seen. */
export type Found =
  /** The answer came after all. */
  | { readonly kind: "answer"; readonly answer: unknown }
  | { readonly kind: "fault"; readonly error: unknown }
  /** Exactly one task can be it. */
  | { readonly kind: "task"; readonly upid: Upid }
  | { readonly kind: "unknown"; readonly candidates: readonly string[] };

/** Looks for the task that a lost write may have started, while its late answer may still come. */
export async function findLost(
  following: Following,
  sent: JobStepSent,
  user: PveUser,
  known: ReadonlySet<string>,
  late: Promise<unknown> | undefined,
): Promise<Found> {
  const answer = late === undefined ? undefined : foundIn(late);
  const end = Date.now() + Math.min(SEARCH_MS, following.silenceMs);
  const backoff = new Backoff(following.pollIntervalMs);
  if (answer === undefined && !isSearchable(sent)) return { kind: "unknown", candidates: [] };
  for (;;) {
    const candidates = await search(following, sent, user, known);
    const upid = candidates.length === 1 ? parseUpid(candidates[0]) : undefined;
    if (upid) return { kind: "task", upid };
    if (following.stop.aborted || Date.now() >= end) return { kind: "unknown", candidates };
    const waited = pause(backoff.next(), following.stop).then(() => undefined);
    const found = await Promise.race([waited, ...(answer ? [answer] : [])]);
    if (found) return found.kind === "unknown" ? { ...found, candidates } : found;
  }
}

/** What a late answer says. */
export async function foundIn(late: Promise<unknown>): Promise<Found> {
  try {
    return { kind: "answer", answer: await late };
  } catch (error) {
    const isLost = error instanceof RestFault && error.kind !== "answer" && error.kind !== "not_sent";
    return isLost ? { kind: "unknown", candidates: [] } : { kind: "fault", error };
  }
}

async function search(
  following: Following,
  sent: JobStepSent,
  user: PveUser,
  known: ReadonlySet<string>,
): Promise<string[]> {
  const { cluster, tasks, stop } = following;
  // While the API is away nothing is found; the next look may see more.
  return findStartedTasks(cluster, tasks, sent, user, known, stop).catch(() => []);
}
