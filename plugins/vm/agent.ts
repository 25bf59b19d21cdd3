import {
  type Guest,
  isToolError,
  type PveReader,
  type ReadParams,
  ToolError,
  type Use,
} from "../../sdk/index.ts";

const BASE = "/nodes/{node}/qemu/{vmid}";

/** What telling apart why an agent does not answer takes; for `uses`. */
export const AGENT_USES: readonly Use[] = [`GET ${BASE}/status/current`, `GET ${BASE}/pending`];

/** Why an agent cannot be asked. */
export type AgentTrouble = "stopped" | "paused" | "off" | "restart" | "silent" | "disabled" | "unknown";

interface Status {
  readonly status?: string;
  readonly qmpstatus?: string;
  readonly agent?: number | string;
}

interface Line {
  readonly key: string;
  readonly pending?: unknown;
}

/** How the agent fails to be reached, as far as can be told without asking it. */
export async function troubleBefore(
  { node, vmid }: Guest,
  pve: PveReader,
): Promise<AgentTrouble | undefined> {
  const current = await pve.get<Status>(`${BASE}/status/current`, { node, vmid });
  if (Number(current.agent ?? 0) !== 1) {
    const waiting = await pve.get<readonly Line[]>(`${BASE}/pending`, { node, vmid });
    const pending = waiting.find(({ key }) => key === "agent")?.pending;
    return pending !== undefined && isEnabled(String(pending)) ? "restart" : "off";
  }
  if (current.status !== "running") return "stopped";
  return current.qmpstatus === undefined || current.qmpstatus === "running" ? undefined : "paused";
}

/** `1`, `enabled=1,…` and their like. */
function isEnabled(text: string): boolean {
  return text.split(",").some((part) => /^(?:enabled=)?(?:1|yes|on|true)$/i.test(part));
}

/** What happened and what to do about it, by trouble. */
export function explained(trouble: AgentTrouble, guest: Guest, command?: string): ToolError {
  const vm = `VM ${guest.vmid} (${guest.name})`;
  return new ToolError({ ...TROUBLES[trouble](vm, command ?? "this command"), details: { agent: trouble } });
}

type Parts = ConstructorParameters<typeof ToolError>[0];

const TROUBLES: Readonly<Record<AgentTrouble, (vm: string, command: string) => Parts>> = {
  stopped: (vm) => ({
    code: "conflict",
    message: `${vm} does not run, so nothing in it answers.`,
    next: "Start it with proxmox_vm_action.",
  }),
  paused: (vm) => ({
    code: "conflict",
    message: `${vm} is paused or suspended, so its agent does not answer.`,
    next: "Resume it with proxmox_vm_action.",
  }),
  off: (vm) => ({
    code: "conflict",
    message: `The guest agent is turned off in the options of ${vm}.`,
    next: "Set agent to 1 with proxmox_vm_update_config, then stop and start the VM; the guest needs qemu-guest-agent installed.",
  }),
  restart: (vm) => ({
    code: "conflict",
    message: `The guest agent is turned on in the options of ${vm}, but it runs since before: its agent device is missing.`,
    next: "Shut it down and start it again; a reboot from inside is not enough.",
  }),
  silent: (vm) => ({
    code: "unreachable",
    message: `${vm} runs with an agent device, but no agent answers in it.`,
    next: "In the guest, install qemu-guest-agent (on Windows from the virtio-win image) and start its service; while it still boots, wait and try again.",
    retry: true,
  }),
  disabled: (vm, command) => ({
    code: "unsupported",
    message: `The agent in ${vm} runs, but ${command} is disabled in its configuration.`,
    next: "In the guest, take it off the blocked RPCs (block-rpcs or allow-rpcs in qemu-ga.conf, BLACKLIST_RPC or FILTER_RPC_ARGS in /etc/sysconfig/qemu-ga) and restart the agent.",
  }),
  unknown: (vm, command) => ({
    code: "unsupported",
    message: `The agent in ${vm} does not know ${command}.`,
    next: "Update qemu-guest-agent in the guest; proxmox_vm_agent_info lists what it knows.",
  }),
};

/** What an agent answers in place of a result. */
interface AgentError {
  readonly class?: string;
  readonly desc?: string;
}

/** Asks the agent for `command`; answers its result, or fails with what is wrong with the agent. */
export async function askAgent<T>(
  guest: Guest,
  pve: PveReader,
  command: string,
  method: "get" | "post" = "get",
): Promise<T> {
  const before = await troubleBefore(guest, pve);
  if (before !== undefined) throw explained(before, guest);
  const params: ReadParams = { node: guest.node, vmid: guest.vmid };
  const path = `${BASE}/agent/${command}`;
  const answer = await pve[method]<{ result?: unknown }>(path, params).catch((error: unknown) => {
    throw isSilence(error) ? explained("silent", guest) : error;
  });
  const { result } = answer;
  const failed = errorIn(result);
  if (failed !== undefined) throw agentFailed(guest, `guest-${command}`, failed);
  // The shape is the agent's own; tools read it field by field.
  return result as T;
}

function isSilence(error: unknown): boolean {
  return (
    isToolError(error) && /guest agent is not running|guest-ping.*timeout|got timeout/i.test(error.message)
  );
}

function errorIn(result: unknown): AgentError | undefined {
  if (typeof result !== "object" || result === null || !("error" in result)) return undefined;
  const { error } = result;
  // Both fields are looked at before they are used.
  return typeof error === "object" && error !== null ? (error as AgentError) : { desc: String(error) };
}

function agentFailed(
  guest: Guest,
  command: string,
  { class: kind, desc = "no reason given" }: AgentError,
): ToolError {
  if (/disabled/i.test(desc)) return explained("disabled", guest, command);
  if (kind === "CommandNotFound") return explained("unknown", guest, command);
  return new ToolError({
    code: "upstream",
    message: `The agent in VM ${guest.vmid} (${guest.name}) failed at ${command}: ${desc}`,
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
