import {
  type AgentTrouble,
  agentTroubleError,
  defineTool,
  details,
  type Guest,
  guestRef,
  isToolError,
  type PveReader,
  rest,
  Type,
} from "../../sdk/index.ts";
import { AGENT_USES, type AgentInfo, askAgent, disabledIn } from "./agent.ts";

const PING = "POST /nodes/{node}/qemu/{vmid}/agent/ping";
const INFO = "GET /nodes/{node}/qemu/{vmid}/agent/info";
const OSINFO = "GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo";

const pong = details([{ key: "answers", type: "boolean" }]);

export const vmAgentPing = defineTool({
  name: "proxmox_vm_agent_ping",
  title: "Ask whether a guest agent answers",
  describe: "Whether the guest agent of a QEMU VM answers; if not, why and what to do.",
  risk: "read",
  uses: [PING, ...AGENT_USES],
  input: Type.Object({ vmid: guestRef(), ...pong.inputs }),
  result: pong.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    await askAgent(guest, pve, "ping", "post");
    return pong.record({ title: titleOf(guest), fields: { answers: true } }, view);
  },
});

const about = details([
  { key: "version" },
  { key: "enabled", type: "array" },
  { key: "disabled", type: "array" },
]);

export const vmAgentInfo = defineTool({
  name: "proxmox_vm_agent_info",
  title: "Show what a guest agent can do",
  describe: "Version and commands of the guest agent in a QEMU VM, and which of them are disabled.",
  risk: "read",
  uses: [INFO, ...AGENT_USES],
  input: Type.Object({ vmid: guestRef(), ...about.inputs }),
  result: about.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const info = await askAgent<AgentInfo>(guest, pve, "info");
    const disabled = disabledIn(info);
    const enabled = (info.supported_commands ?? [])
      .map(({ name }) => name)
      .filter((name) => !disabled.includes(name))
      .sort();
    return about.record(
      { title: titleOf(guest), fields: { version: info.version, enabled, disabled } },
      view,
    );
  },
});

const diagnosis = details([
  { key: "state" },
  { key: "problem" },
  { key: "todo" },
  { key: "version" },
  { key: "system" },
  { key: "disabled", type: "array" },
]);

export const vmGuestAgentDiagnose = defineTool({
  name: "proxmox_vm_guest_agent_diagnose",
  title: "Find out what is wrong with a guest agent",
  describe:
    "Tells whether the guest agent of a QEMU VM is off, missing, silent or partly disabled, and what to do.",
  risk: "read",
  uses: [PING, INFO, { use: OSINFO, optional: true }, ...AGENT_USES],
  input: Type.Object({ vmid: guestRef(), ...diagnosis.inputs }),
  result: diagnosis.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const fields = await diagnose(guest, pve);
    return diagnosis.record({ title: titleOf(guest), fields }, view);
  },
});

async function diagnose(guest: Guest, pve: PveReader): Promise<Readonly<Record<string, unknown>>> {
  try {
    await askAgent(guest, pve, "ping", "post");
    const info = await askAgent<AgentInfo>(guest, pve, "info");
    const disabled = disabledIn(info);
    const { message: problem, next: todo } = agentTroubleError("disabled", guest, disabled.join(", "));
    return {
      state: disabled.length === 0 ? "works" : "partly disabled",
      ...(disabled.length === 0 ? {} : { problem, todo, disabled }),
      version: info.version,
      system: await systemOf(guest, pve),
    };
  } catch (error) {
    const state = troubleIn(error);
    if (state === undefined || !isToolError(error)) throw error;
    return { state: STATES[state], problem: error.message, todo: error.next };
  }
}

const STATES: Readonly<Record<AgentTrouble, string>> = {
  stopped: "VM stopped",
  paused: "VM paused",
  off: "turned off",
  restart: "waits for a restart",
  silent: "missing or silent",
  frozen: "frozen",
  disabled: "disabled",
  unknown: "too old",
};

function troubleIn(error: unknown): AgentTrouble | undefined {
  const agent = isToolError(error) ? error.details?.agent : undefined;
  // Only keys of STATES pass.
  return typeof agent === "string" && agent in STATES ? (agent as AgentTrouble) : undefined;
}

/** What the guest runs; an agent may be too old to say, or not be allowed to. */
async function systemOf(guest: Guest, pve: PveReader): Promise<string | undefined> {
  try {
    const system = await askAgent<{ "pretty-name"?: string }>(guest, pve, "get-osinfo");
    return system["pretty-name"];
  } catch {
    return undefined;
  }
}

function titleOf({ vmid, name, node }: Guest): string {
  return `Guest agent of VM ${vmid} (${name}) on ${node}`;
}

const FSTRIM = "POST /nodes/{node}/qemu/{vmid}/agent/fstrim";

export const vmFstrim = defineTool({
  name: "proxmox_vm_fstrim",
  title: "Free unused blocks of a VM's disks",
  describe:
    "Has the guest agent of a QEMU VM trim its file systems, so that thin storage gets unused blocks back.",
  risk: "write",
  uses: [FSTRIM, INFO, ...AGENT_USES],
  input: Type.Object({ vmid: guestRef() }),
  async plan({ vmid: ref }, pve) {
    const guest = await pve.guest("qemu", ref);
    const info = await askAgent<AgentInfo>(guest, pve, "info");
    // The API answers well even where the agent refuses, so what it may do is looked up before.
    if (disabledIn(info).includes("guest-fstrim")) throw agentTroubleError("disabled", guest, "guest-fstrim");
    const { node, vmid } = guest;
    return [rest.post("/nodes/{node}/qemu/{vmid}/agent/fstrim", { node, vmid })];
  },
});
