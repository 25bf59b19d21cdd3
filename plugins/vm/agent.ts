import {
  AGENT_TROUBLE_USES,
  type AgentError,
  agentRefusalIn,
  agentSilenceIn,
  agentTroubleBefore,
  agentTroubleError,
  type Guest,
  isToolError,
  type PveReader,
  type ReadParams,
  ToolError,
  type Use,
} from "../../sdk/index.ts";

const BASE = "/nodes/{node}/qemu/{vmid}";

/** What telling apart why an agent does not answer takes; for `uses`. */
export const AGENT_USES: readonly Use[] = AGENT_TROUBLE_USES;

/** Asks the agent for `command`; answers its result, or fails with what is wrong with the agent. */
export async function askAgent<T>(
  guest: Guest,
  pve: PveReader,
  command: string,
  method: "get" | "post" = "get",
): Promise<T> {
  const before = await agentTroubleBefore(guest, pve);
  if (before !== undefined) throw agentTroubleError(before, guest);
  const params: ReadParams = { node: guest.node, vmid: guest.vmid };
  const path = `${BASE}/agent/${command}`;
  const answer = await pve[method]<{ result?: unknown }>(path, params).catch((error: unknown) => {
    const silence = isToolError(error) ? agentSilenceIn(error.message) : undefined;
    throw silence === undefined ? error : agentTroubleError(silence, guest);
  });
  const { result } = answer;
  const failed = errorIn(result);
  if (failed !== undefined) throw agentFailed(guest, `guest-${command}`, failed);
  // The shape is the agent's own; tools read it field by field.
  return result as T;
}

function errorIn(result: unknown): AgentError | undefined {
  if (typeof result !== "object" || result === null || !("error" in result)) return undefined;
  const { error } = result;
  // Both fields are looked at before they are used.
  return typeof error === "object" && error !== null ? (error as AgentError) : { desc: String(error) };
}

function agentFailed(guest: Guest, command: string, error: AgentError): ToolError {
  const refusal = agentRefusalIn(error);
  if (refusal !== undefined) return agentTroubleError(refusal, guest, command);
  return new ToolError({
    code: "upstream",
    message: `The agent in VM ${guest.vmid} (${guest.name}) failed at ${command}: ${error.desc ?? "no reason given"}`,
    next: "The reason comes from inside the guest; look there.",
  });
}

/** What an agent says of itself. */
export interface AgentInfo {
  readonly version?: string;
  readonly supported_commands?: readonly { readonly name: string; readonly enabled?: boolean | number }[];
}

/** Commands of an agent that its configuration turns off. */
export function disabledIn({ supported_commands = [] }: AgentInfo): readonly string[] {
  return supported_commands
    .filter(({ enabled }) => enabled === false || enabled === 0)
    .map(({ name }) => name)
    .sort();
}
