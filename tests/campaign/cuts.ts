import type { ToolAnswer } from "../../sdk/testing/scenario.ts";
import { type BadDay, judged, type Known } from "./days.ts";
import { ended } from "./jobs.ts";
import { type Attempt, Stopped } from "./watched-run.ts";
import { nameOf, type Verdict, type WireRequest } from "./wire.ts";

/** When the connection of a request is cut: before it reaches the cluster, during its answer, or instead of that. */
const CUTS = ["before", "during", "after"] as const;
type Cut = (typeof CUTS)[number];

/** The connection cut at each request of the call, at each moment. */
export function cuts(known: Known): readonly BadDay[] {
  return known.requests.flatMap((request, index) =>
    CUTS.map((cut) => ({
      name: `${known.subject.name}: cut ${cut} ${nameOf(request)} (${index})`,
      run: () => cutDay(known, index, cut),
    })),
  );
}

async function cutDay(known: Known, index: number, cut: Cut): Promise<readonly string[]> {
  const lies: string[] = [];
  const onCall = async (attempt: Attempt): Promise<ToolAnswer> => {
    if (attempt.ordinal !== known.ordinal) return attempt.proceed();
    const struck = strike(attempt, index, cut);
    const answer = await ended(await attempt.proceed(), attempt.run);
    if (answer.isError) throw new Stopped();
    if (struck()?.isWrite && struck()?.forwarded === false)
      lies.push(`reported done, though ${nameOf(struck())} never reached the cluster`);
    // Whatever claims to be done has to stand the rest of the scenario.
    return answer;
  };
  const { faults, played } = await judged(known.subject, { onCall }, known.usual, true);
  const untrue =
    played.failure === undefined ? [] : [`reported done, but the scenario says: ${played.failure}`];
  return [...faults, ...lies, ...untrue];
}

/** Cuts the call's request of this number; answers which one that was, once it came. */
function strike({ wire }: Attempt, index: number, cut: Cut): () => WireRequest | undefined {
  const from = wire.requests.length;
  const at = () => wire.requests[from + index];
  const moment = cut === "before" ? "arrived" : "answered";
  const verdict: Verdict = cut === "during" ? "half" : "cut";
  wire.judge = (request, now) => (request === at() && now === moment ? verdict : "pass");
  return at;
}
