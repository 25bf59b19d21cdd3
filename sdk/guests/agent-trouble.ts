import { ToolError, type ToolErrorParts } from "../errors.ts";
import type { PveReader } from "../reader.ts";

const BASE = "/nodes/{node}/qemu/{vmid}";

/** Endpoints that telling apart why a guest agent does not answer takes. */
export const AGENT_TROUBLE_USES = [`GET ${BASE}/status/current`, `GET ${BASE}/pending`] as const;

/** Why a guest agent cannot be asked. */
export type AgentTrouble =
  | "stopped"
  | "paused"
  | "off"
  | "restart"
  | "silent"
  | "frozen"
  | "disabled"
  | "unknown";

/** A VM by node and VMID; its name where it is known. */
export interface AgentPlace {
  readonly node: string;
  readonly vmid: number;
  readonly name?: string;
}

/** What the kernel's reader and a plugin's have in common. */
export type AgentReader = Pick<PveReader, "get">;

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
export async function agentTroubleBefore(
  { node, vmid }: AgentPlace,
  pve: AgentReader,
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

/** The trouble that the words of an API error tell of; undefined where it is another. */
export function agentSilenceIn(message: string): "silent" | undefined {
  return /guest agent is not running|guest-ping.*timeout|got timeout/i.test(message) ? "silent" : undefined;
}

/** The trouble that an agent's own error tells of; undefined where it is another. */
export function agentRefusalIn({ class: kind, desc = "" }: AgentError): AgentTrouble | undefined {
  if (/in frozen state/i.test(desc)) return "frozen";
  if (/disabled/i.test(desc)) return "disabled";
  return kind === "CommandNotFound" || /command .*has not been found/i.test(desc) ? "unknown" : undefined;
}

/** What an agent answers in place of a result. */
export interface AgentError {
  readonly class?: string;
  readonly desc?: string;
}

/** What happened and what to do about it; the details name the trouble as `agent`. */
export function agentTroubleError(
  trouble: AgentTrouble,
  { vmid, name }: AgentPlace,
  command?: string,
): ToolError {
  const vm = name === undefined ? `VM ${vmid}` : `VM ${vmid} (${name})`;
  return new ToolError({ ...TROUBLES[trouble](vm, command ?? "this command"), details: { agent: trouble } });
}

const TROUBLES: Readonly<Record<AgentTrouble, (vm: string, command: string) => ToolErrorParts>> = {
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
  frozen: (vm, command) => ({
    code: "conflict",
    message: `The file systems of ${vm} are frozen, and its agent refuses ${command} until they are thawed.`,
    next: "Wait for the backup, snapshot or clone that froze them; if none runs, thaw them with POST /nodes/{node}/qemu/{vmid}/agent/fsfreeze-thaw.",
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
