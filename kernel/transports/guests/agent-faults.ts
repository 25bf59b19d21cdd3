import { isToolError, ToolError } from "../../../sdk/errors.ts";
import {
  type AgentTrouble,
  agentRefusalIn,
  agentTroubleBefore,
  agentTroubleError,
} from "../../../sdk/guests/agent-trouble.ts";
import type { GuestPlace } from "../../../sdk/places.ts";
import { fromUpstream } from "../../call/upstream-errors.ts";
import { Left } from "../leaving.ts";
import { isRecord } from "../rest/answer.ts";
import { RestFault } from "../types.ts";
import { type AgentApi, VM_PATH } from "./agent-api.ts";

/** Asks the agent itself what it refuses; the agent had answered before. */
const ASKED_TOO_LATE =
  /qmp command '[^']*' failed - (?:got timeout|client closed connection)|can't execute command/;

const STOPPED = /VM \d+ (?:is )?not running/;

/** Whether an answer leaves open if the agent did what it was asked. */
export function isInDoubt(fault: RestFault): boolean {
  return fault.kind === "unknown" || ASKED_TOO_LATE.test(fault.reason);
}

/** What it means that a command was not begun, found out where the answer alone does not say it. */
export async function notBegun(error: unknown, api: AgentApi, left?: AbortSignal): Promise<unknown> {
  if (isToolError(error)) return error;
  if (left?.aborted === true && !isAnswer(error)) return notBegunInTime(api.place, left.reason);
  if (!(error instanceof RestFault)) return error;
  const command = "guest-exec";
  const refusal = isAnswer(error) ? agentRefusalIn({ desc: error.reason }) : undefined;
  if (refusal !== undefined) return agentTroubleError(await frozenOr(refusal, api), api.place, command);
  const isAboutAgent = STOPPED.test(error.reason) || /guest agent|qga socket/i.test(error.reason);
  if (isAnswer(error) && isAboutAgent) return await whyNot(error, api);
  if (/Failed to execute (?:child|helper)/.test(error.reason)) return noSuchProgram(api.place, error.reason);
  return fromUpstream(error, { what: `a command in VM ${api.place.vmid}`, write: true });
}

function isAnswer(error: unknown): error is RestFault {
  return error instanceof RestFault && error.kind === "answer";
}

/** An older agent does not say that it is the frozen file systems that make it refuse. */
async function frozenOr(refusal: AgentTrouble, api: AgentApi): Promise<AgentTrouble> {
  if (refusal !== "disabled") return refusal;
  const state = await api.read("/agent/fsfreeze-status", { method: "POST" }).catch(() => undefined);
  return isRecord(state) && state.result === "frozen" ? "frozen" : refusal;
}

async function whyNot(fault: RestFault, api: AgentApi): Promise<ToolError> {
  const { node, vmid } = api.place;
  const reader = {
    // Who asks looks at what it needs of the answer.
    get: async <T>(path: string) => (await api.read(path.replace(VM_PATH, ""))) as T,
  };
  const trouble = await agentTroubleBefore({ node, vmid }, reader).catch(() => undefined);
  const told = STOPPED.test(fault.reason) ? "stopped" : "silent";
  return agentTroubleError(trouble ?? told, api.place);
}

/** A command that was given up before it was sent; `reason` is that of the signal. */
export function notBegunInTime({ vmid }: GuestPlace, reason: unknown): ToolError {
  return reason instanceof Left && reason.why === "timeout"
    ? new ToolError({
        code: "unreachable",
        message: `The agent of VM ${vmid} did not answer in time. Nothing was begun in it.`,
        next: "Repeat it when less runs there.",
        retry: true,
      })
    : new ToolError({
        code: "cancelled",
        message: `The command for VM ${vmid} was cancelled. Nothing was begun in it.`,
      });
}

function noSuchProgram({ vmid }: GuestPlace, reason: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `VM ${vmid} has no such program: ${reason}`,
    next: "Name a program that is there, by its full path where it is not in the agent's search path.",
  });
}

/** A command that may have begun, and of which no process id is known. */
export function maybeBegun({ vmid }: GuestPlace, reason: string): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message:
      `A command was sent to the agent of VM ${vmid}, but no answer was seen (${reason}): it may run, or have run. ` +
      "It was not sent again.",
    next: "Look in the guest at what it was to change before doing it again.",
  });
}

/** A command that has begun, and whose end was not seen. */
export function endNotSeen({ vmid }: GuestPlace, pid: number, why: string): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message: `The command in VM ${vmid} began as process ${pid}, but its end was not seen: ${why}`,
    next: `Look in the guest whether process ${pid} still runs, and at what it was to change, before doing it again.`,
    details: { pid },
  });
}
