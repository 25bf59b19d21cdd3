import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/places.ts";
import { type Leaving, Left } from "../leaving.ts";
import type { CommandResult, NodeCommand } from "../ssh/types.ts";
import { RestFault } from "../types.ts";
import type { AgentApi } from "./agent-api.ts";
import { endNotSeen, isInDoubt, maybeBegun, notBegun } from "./agent-faults.ts";
import { lookAt } from "./agent-status.ts";
import { type GuestSystem, killCommand } from "./agent-system.ts";

const FIRST_WAIT_MS = 20;
const LONGEST_WAIT_MS = 2_000;

/** What a process is begun with. */
export interface Beginning {
  readonly argv: readonly string[];
  readonly input: string | Uint8Array;
  readonly system: GuestSystem;
  /** When waiting for its end is over. */
  readonly time: Leaving;
  readonly onBegun?: NodeCommand["onBegun"];
  /** What it gets to end in after each way of stopping it, milliseconds. */
  readonly graceMs: number;
}

/** Begins a process and waits for its end. Begun once, whatever happens; throws ToolError. */
export async function runProcess(api: AgentApi, beginning: Beginning): Promise<CommandResult> {
  const pid = await begin(api, beginning);
  beginning.onBegun?.({ kind: "process", id: pid });
  const seen = await watch(api, pid, beginning.time.signal);
  if (seen.result !== undefined) return seen.result;
  if (seen.why !== undefined) throw endNotSeen(api.place, pid, seen.why);
  return await stop(api, pid, beginning);
}

async function begin(api: AgentApi, { argv, input, time }: Beginning): Promise<number> {
  try {
    const pid = await api.exec(argv, input, time.signal);
    if (typeof pid === "number" || (typeof pid === "string" && /^\d+$/.test(pid))) return Number(pid);
  } catch (error) {
    if (error instanceof RestFault && isInDoubt(error)) throw maybeBegun(api.place, error.reason);
    throw await notBegun(error, api, time.signal);
  }
  throw maybeBegun(api.place, "the answer names no process");
}

/** What came of watching: a result, or why there will be none; neither where the time was over. */
interface Watched {
  readonly result?: CommandResult;
  readonly why?: string;
}

async function watch(api: AgentApi, pid: number, until: AbortSignal): Promise<Watched> {
  let lost: string | undefined;
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 1.5, LONGEST_WAIT_MS)) {
    await delay(wait, undefined, { signal: until }).catch(() => undefined);
    const look = await lookAt(api, pid);
    switch (look.kind) {
      case "ended":
        return { result: look.result };
      case "gone":
        return { why: whyGone(lost) };
      case "closed":
        return { why: `${look.why}.` };
      case "lost":
        lost = look.why;
        break;
      case "runs":
        lost = undefined;
        break;
      case "silent":
        break;
    }
    if (until.aborted) return {};
  }
}

function whyGone(lost: string | undefined): string {
  return lost === undefined
    ? "the agent does not know it any more, as after a restart of the agent or of the guest."
    : `it ended, but the one answer that told how was lost (${lost}).`;
}

/** Ends a process whose time is over; a result where it had ended by itself before. */
async function stop(
  api: AgentApi,
  pid: number,
  { system, time, graceMs }: Beginning,
): Promise<CommandResult> {
  for (const command of killCommand(system, pid)) {
    // It is begun alike, and what it says does not matter: the process itself is looked at.
    const sent = await api.exec(command, "", AbortSignal.timeout(graceMs)).catch(() => undefined);
    const { result, why } = await watch(api, pid, AbortSignal.timeout(graceMs));
    if (sent !== undefined) await lookAt(api, Number(sent));
    if (result !== undefined) throw stopped(api.place, pid, { time, result });
    if (why !== undefined) throw endNotSeen(api.place, pid, why);
  }
  throw notStopped(api.place, pid, time);
}

/** Enough for an error to show. */
const SHOWN_BYTES = 2_000;

function stopped(
  { vmid }: GuestPlace,
  pid: number,
  { time, result }: { time: Leaving; result: CommandResult },
): ToolError {
  const [stdout, stderr] = [result.stdout, result.stderr].map(({ bytes }) =>
    Buffer.from(bytes).toString("utf8", 0, SHOWN_BYTES),
  );
  return new ToolError({
    code: "cancelled",
    message: `The command in VM ${vmid} ${reasonOf(time)}; it was stopped through the agent. What it had done by then stays done.`,
    next: "Look at what it was to change before doing it again.",
    details: { pid, stdout, stderr },
  });
}

function notStopped({ vmid }: GuestPlace, pid: number, time: Leaving): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message: `The command in VM ${vmid} ${reasonOf(time)}, and could not be stopped through the agent: process ${pid} may still run.`,
    next: `Look in the guest whether process ${pid} still runs, and end it there.`,
    details: { pid },
  });
}

function reasonOf({ signal }: Leaving): string {
  return signal.reason instanceof Left && signal.reason.why === "timeout"
    ? "took longer than it may"
    : "was cancelled";
}
