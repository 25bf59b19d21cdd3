import { agentRefusalIn, agentTroubleError } from "../../../sdk/guests/agent-trouble.ts";
import { isRecord } from "../rest/answer.ts";
import type { AgentApi } from "./agent-api.ts";
import { notBegun } from "./agent-faults.ts";
import { shellCommand } from "./agent-limits.ts";

/** What commands in a guest are written for. */
export type GuestSystem = "posix" | "windows";

/**
 * Asks the agent what its system is, which also shows that it answers. Where it may not tell, or is too old to, the
 * configured `ostype` decides. Throws ToolError for a VM whose agent cannot be asked; nothing was begun then.
 */
export async function systemOf(api: AgentApi, signal: AbortSignal): Promise<GuestSystem> {
  try {
    const answer = await api.read("/agent/get-osinfo", { signal });
    const result = isRecord(answer) ? answer.result : undefined;
    if (isRecord(result) && isRecord(result.error)) return await configuredSystem(api, result.error, signal);
    return isRecord(result) && result.id === "mswindows" ? "windows" : "posix";
  } catch (error) {
    throw await notBegun(error, api, signal);
  }
}

async function configuredSystem(
  api: AgentApi,
  { class: kind, desc }: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<GuestSystem> {
  const refusal = agentRefusalIn({ class: String(kind), desc: String(desc) });
  if (refusal === "frozen") throw agentTroubleError(refusal, api.place, "guest-exec");
  const config = await api.read("/config", { signal });
  const ostype = isRecord(config) && typeof config.ostype === "string" ? config.ostype : "";
  // wxp, w2k8, wvista, win7, win11, … (qemu-server, PVE/QemuServer.pm)
  return ostype.startsWith("w") ? "windows" : "posix";
}

/** Ends a process with all that it started: its own group, where it has one. */
const KILL = 'kill -s "$1" -- "-$2" 2>/dev/null || kill -s "$1" "$2"';

/** Commands that end a process, from the mildest to the hardest. */
export function killCommand(system: GuestSystem, pid: number): readonly (readonly string[])[] {
  if (system === "windows") return [["taskkill.exe", "/T", "/F", "/PID", String(pid)]];
  return ["TERM", "KILL"].map((signal) => shellCommand(KILL, [signal, String(pid)]));
}
