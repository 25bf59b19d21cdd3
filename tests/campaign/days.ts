import { rm } from "node:fs/promises";
import { violations } from "./invariants.ts";
import { type Play, play, type Staging } from "./play.ts";
import type { Subject } from "./subjects.ts";
import type { WireRequest } from "./wire.ts";

/** A tool together with an ordinary run of its scenario. */
export interface Known {
  readonly subject: Subject;
  /** Which call of the scenario is the first by which the tool changes something. */
  readonly ordinal: number;
  /** Its arguments. */
  readonly args: Readonly<Record<string, unknown>>;
  /** What it sends. */
  readonly requests: readonly WireRequest[];
  /** Writes of the whole scenario. */
  readonly usual: readonly WireRequest[];
}

/** One bad day of one tool. */
export interface BadDay {
  /** Unique, and the same for the same day in every campaign. */
  readonly name: string;
  /** Plays it; answers what did not hold. */
  run(): Promise<readonly string[]>;
}

/** An ordinary run of a tool's scenario: what it sends, and that all holds. Throws where it does not. */
export async function ordinaryRun(subject: Subject): Promise<Known> {
  const { faults, played } = await judged(subject, {}, undefined, true);
  const problem = played.failure ?? faults[0];
  if (problem !== undefined) throw new Error(`${subject.name} on an ordinary day: ${problem}`);
  const ordinal = played.calls.findIndex(
    ({ tool, args, answer, requests }) =>
      tool === subject.name &&
      args.dryRun !== true &&
      answer?.isError === false &&
      requests.some(({ isWrite }) => isWrite),
  );
  const call = played.calls[ordinal];
  if (call === undefined) throw new Error(`${subject.name}: its scenario changes nothing by it`);
  return { subject, ordinal, args: call.args, requests: call.requests, usual: played.writes };
}

/** Plays a scenario in some staging and holds it against what must hold always. */
export async function judged(
  subject: Subject,
  staging: Staging,
  usual: readonly WireRequest[] | undefined,
  recorded: boolean,
): Promise<{ readonly faults: readonly string[]; readonly played: Play }> {
  const played = await play(subject, staging);
  try {
    const faults = await violations(played, { usual: usual ?? played.writes, recorded });
    return { faults, played };
  } finally {
    await rm(played.folder, { recursive: true, force: true });
  }
}
