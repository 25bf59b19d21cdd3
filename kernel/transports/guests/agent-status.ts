import { constants } from "node:os";
import { isRecord } from "../rest/answer.ts";
import type { CapturedOutput, CommandResult } from "../ssh/types.ts";
import { RestFault } from "../types.ts";
import type { AgentApi } from "./agent-api.ts";
import { textAsBytes } from "./agent-bytes.ts";
import { isInDoubt } from "./agent-faults.ts";

/** What one look at a process shows. */
export type Look =
  | { readonly kind: "runs" }
  | { readonly kind: "ended"; readonly result: CommandResult }
  /** The agent does not know it: how it ended has been told before, or the agent began anew. */
  | { readonly kind: "gone" }
  /** Asked, and the answer was lost: it may have told how the process ended. */
  | { readonly kind: "lost"; readonly why: string }
  /** Not answered; asking again does no harm. */
  | { readonly kind: "silent"; readonly why: string }
  /** Asking again is of no use. */
  | { readonly kind: "closed"; readonly why: string };

const GONE = /pid \S+ does not exist|Invalid parameter 'pid'/i;
const CLOSED =
  /VM \d+ (?:is )?not running|Configuration file '[^']*' does not exist|Permission check failed/i;

/** Looks at a process once. Never throws for what the cluster answers. */
export async function lookAt(api: AgentApi, pid: number): Promise<Look> {
  try {
    return lookOf(await api.status(pid));
  } catch (error) {
    if (!(error instanceof RestFault)) throw error;
    const why = error.reason;
    if (isInDoubt(error)) return { kind: "lost", why };
    if (GONE.test(why)) return { kind: "gone" };
    const isClosed = CLOSED.test(why) || error.status === 401 || error.status === 403;
    return isClosed ? { kind: "closed", why } : { kind: "silent", why };
  }
}

function lookOf(data: unknown): Look {
  if (!isRecord(data)) return { kind: "lost", why: "the answer is not one of the guest agent" };
  if (Number(data.exited) !== 1) return { kind: "runs" };
  const output = {
    stdout: captured(data["out-data"], data["out-truncated"]),
    stderr: captured(data["err-data"], data["err-truncated"]),
  };
  if (data.signal === undefined)
    return { kind: "ended", result: { exitCode: Number(data.exitcode), ...output } };
  return { kind: "ended", result: { signal: signalName(Number(data.signal)), ...output } };
}

/** The agent keeps the first 16 MiB of each output, and does not count what it drops. */
function captured(text: unknown, truncated: unknown): CapturedOutput {
  const bytes = typeof text === "string" ? textAsBytes(text) : Buffer.alloc(0);
  return { bytes, size: bytes.length, ...(Number(truncated ?? 0) === 1 ? { truncated: true } : {}) };
}

/** `TERM`; of Windows, which has exceptions in their place, `0xC0000005`. */
function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, each]) => each === number)?.[0];
  if (found !== undefined) return found.replace(/^SIG/, "");
  return number > 64 || number < 0 ? `0x${(number >>> 0).toString(16).toUpperCase()}` : String(number);
}
