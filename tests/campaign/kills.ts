import type { ScenarioRun, ToolAnswer } from "../../sdk/testing/scenario.ts";
import { type BadDay, judged, type Known } from "./days.ts";
import { jobsIn } from "./jobs.ts";
import { pidOf } from "./play.ts";
import { type Attempt, Stopped } from "./watched-run.ts";
import { nameOf, type WireRequest } from "./wire.ts";

const MOMENTS = ["arrived", "answered"] as const;
type Moment = (typeof MOMENTS)[number];

/** The server killed at each write of the call, before it reaches the cluster and before its answer comes back. */
export function kills(known: Known): readonly BadDay[] {
  const writes = known.requests.filter(({ isWrite }) => isWrite);
  return writes.flatMap((write, index) =>
    MOMENTS.map((moment) => ({
      name: `${known.subject.name}: killed when ${nameOf(write)} had ${moment} (${index})`,
      run: () => killDay(known, index, moment),
    })),
  );
}

async function killDay(known: Known, index: number, moment: Moment): Promise<readonly string[]> {
  const wrong: string[] = [];
  const onCall = async (attempt: Attempt, folder: string): Promise<ToolAnswer> => {
    if (attempt.ordinal !== known.ordinal) return attempt.proceed();
    const struck = killAt(attempt, pidOf(folder), index, moment);
    // The client sees its server go away; what the call answers then does not matter.
    await attempt.proceed().catch(() => undefined);
    wrong.push(...(await afterwards(attempt, folder, struck())));
    throw new Stopped();
  };
  // The chain of the killed server cannot have been sealed.
  const { faults } = await judged(known.subject, { onCall }, known.usual, false);
  return [...faults, ...wrong];
}

/** Kills the server at the call's write of this number; answers which one that was, once it came. */
function killAt(
  { wire }: Attempt,
  server: number,
  index: number,
  moment: Moment,
): () => WireRequest | undefined {
  const from = wire.writes.length;
  const at = () => wire.writes[from + index];
  wire.judge = (request, now) => {
    if (request !== at() || now !== moment) return "pass";
    process.kill(server, "SIGKILL");
    return "cut";
  };
  return at;
}

/** Starts the server anew and lets it see to its jobs; answers what it does wrong. */
async function afterwards(
  { run, wire, tool }: Attempt,
  folder: string,
  struck: WireRequest | undefined,
): Promise<readonly string[]> {
  if (struck === undefined) return [];
  wire.judge = () => "pass";
  const sent = wire.writes.length;
  await run.restart();
  await jobsEnded(run, folder);
  const jobs = (await jobsIn(folder)).filter((job) => job.tool === tool);
  return [
    ...(wire.writes.length > sent ? [`after the restart it sent ${nameOf(wire.writes[sent])}`] : []),
    ...jobs
      .filter(({ state }) => state === "running")
      .map(({ id }) => `job ${id} is still said to run after the restart`),
    ...(struck.forwarded ? [] : jobs.filter(({ state }) => state === "succeeded")).map(
      ({ id }) => `job ${id} is said to have succeeded, though ${nameOf(struck)} never reached the cluster`,
    ),
  ];
}

async function jobsEnded(run: ScenarioRun, folder: string): Promise<void> {
  for (const { id, state } of await jobsIn(folder)) {
    if (state === "running") await run.call("job_wait", { job: id });
  }
}
