import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aVm, becomes, resources, type Vm, vms } from "./cluster.ts";

const PING = "proxmox_vm_agent_ping";
const INFO = "proxmox_vm_agent_info";
const DIAGNOSE = "proxmox_vm_guest_agent_diagnose";

interface Info {
  readonly result: { readonly supported_commands: readonly { name: string; enabled: boolean }[] };
}

/** Running VMs with the commands that their agent has turned off; VMs without an answering agent are left out. */
async function answering(t: ScenarioRun): Promise<readonly { vm: Vm; disabled: readonly string[] }[]> {
  const found: { vm: Vm; disabled: readonly string[] }[] = [];
  for (const vm of await vms(t, "running")) {
    const info = await t.cluster.get<Info>(`${vm.path}/agent/info`).catch(() => undefined);
    if (info === undefined) continue;
    const { supported_commands: all } = info.result;
    found.push({ vm, disabled: all.filter(({ enabled }) => !enabled).map(({ name }) => name) });
  }
  return found;
}

async function withAgent(t: ScenarioRun): Promise<Vm> {
  const found = (await answering(t)).find(({ disabled }) => disabled.length === 0);
  if (found === undefined) throw new Error("no VM has an agent that answers");
  return found.vm;
}

async function withBlocks(t: ScenarioRun): Promise<{ vm: Vm; disabled: readonly string[] }> {
  const found = (await answering(t)).find(({ disabled }) => disabled.length > 0);
  if (found === undefined) throw new Error("no VM has an agent with a command turned off");
  return found;
}

async function withoutAgent(t: ScenarioRun): Promise<Vm> {
  const able = (await answering(t)).map(({ vm }) => vm.vmid);
  const found = (await vms(t, "running")).find(({ vmid }) => !able.includes(vmid));
  if (found === undefined) throw new Error("every running VM has an agent");
  return found;
}

/** A VM that runs with the agent's device and has no system, so nothing answers. */
async function silent(t: ScenarioRun): Promise<Vm> {
  const { node } = await aVm(t, "running");
  await t.ok("proxmox_vm_create", { node, name: "silent", agent: "1", start: true });
  const line = (await resources(t)).find(({ name }) => name === "silent");
  if (line?.vmid === undefined) throw new Error("the VM was not made");
  const vm = { vmid: line.vmid, node, name: "silent", path: `/nodes/${node}/qemu/${line.vmid}` };
  await becomes(t, vm, "running");
  return vm;
}

/** Fields of a record that the client has held against the tool's result schema. */
function fieldsOf(data: unknown): Readonly<Record<string, unknown>> {
  return (data as { fields: Readonly<Record<string, unknown>> }).fields;
}

function rowsOf(data: unknown): readonly Readonly<Record<string, unknown>>[] {
  return (data as { rows: readonly Readonly<Record<string, unknown>>[] }).rows;
}

export const agentScenarios: readonly Scenario[] = [
  scenario({
    tool: PING,
    title: "tells an agent that answers from one that is off, not started with, or silent",
    access: "write",
    async run(t) {
      const able = await withAgent(t);
      t.expect.equal(fieldsOf((await t.ok(PING, { vmid: able.vmid })).data), { answers: true }, "it answers");
      const off = await withoutAgent(t);
      const { text } = await t.refused(PING, { vmid: off.vmid }, "conflict");
      t.expect.match(text, "turned off", "why");
      await t.ok("proxmox_vm_update_config", { vmid: off.vmid, agent: "1" });
      const waiting = await t.refused(PING, { vmid: off.vmid }, "conflict");
      t.expect.match(waiting.text, /device is missing.*start it again/s, "why, and what to do");
      const none = await t.refused(PING, { vmid: (await silent(t)).vmid }, "unreachable");
      t.expect.match(none.text, "install qemu-guest-agent", "what to do");
      await t.ok("proxmox_vm_action", { vmid: able.vmid, action: "suspend" });
      const paused = await t.refused(PING, { vmid: able.vmid }, "conflict");
      t.expect.match(paused.text, "paused", "why");
      const stopped = await t.refused(PING, { vmid: (await stoppedWithAgent(t)).vmid }, "conflict");
      t.expect.match(stopped.text, "does not run", "why");
    },
  }),
  scenario({
    tool: INFO,
    title: "lists the agent's commands, the disabled ones apart",
    async run(t) {
      const { vm, disabled } = await withBlocks(t);
      const fields = fieldsOf((await t.ok(INFO, { vmid: vm.vmid })).data);
      t.expect.equal(fields.disabled, [...disabled].sort(), "the disabled commands");
      t.expect.that(
        Array.isArray(fields.enabled) && fields.enabled.includes("guest-ping"),
        "guest-ping is among the others",
      );
      await t.refused(INFO, { vmid: (await withoutAgent(t)).vmid }, "conflict");
    },
  }),
  scenario({
    tool: DIAGNOSE,
    title: "says what is wrong with an agent and what to do",
    access: "write",
    async run(t) {
      const diagnose = async (vmid: number) => fieldsOf((await t.ok(DIAGNOSE, { vmid })).data);
      const good = await diagnose((await withAgent(t)).vmid);
      t.expect.equal(good.state, "works", "an agent that works");
      const { vm, disabled } = await withBlocks(t);
      const partly = await diagnose(vm.vmid);
      t.expect.equal(partly.state, "partly disabled", "an agent with a command turned off");
      t.expect.equal(partly.disabled, [...disabled].sort(), "the disabled commands");
      const off = await withoutAgent(t);
      t.expect.equal((await diagnose(off.vmid)).state, "turned off", "an agent that is turned off");
      await t.ok("proxmox_vm_update_config", { vmid: off.vmid, agent: "1" });
      t.expect.equal((await diagnose(off.vmid)).state, "waits for a restart", "one that is turned on since");
      const missing = await diagnose((await silent(t)).vmid);
      t.expect.equal(missing.state, "missing or silent", "one that is not there");
      t.expect.match(String(missing.todo), "qemu-guest-agent", "what to do");
      await t.refused(DIAGNOSE, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_vm_agent_interfaces",
    title: "shows the addresses that the agent tells",
    async run(t) {
      const vm = await withAgent(t);
      const seen = await t.cluster.get<{
        result: readonly { name: string; "hardware-address": string; "ip-addresses": readonly Address[] }[];
      }>(`${vm.path}/agent/network-get-interfaces`);
      const rows = rowsOf((await t.ok("proxmox_vm_agent_interfaces", { vmid: vm.vmid })).data);
      for (const { name, "hardware-address": mac, "ip-addresses": all } of seen.result) {
        const row = rows.find((one) => one.name === name);
        t.expect.equal(row?.mac, mac, `the MAC address of ${name}`);
        for (const { "ip-address": ip, prefix } of all)
          t.expect.match(String(row?.ipv4), `${ip}/${prefix}`, "it");
      }
      await t.refused("proxmox_vm_agent_interfaces", { vmid: (await withoutAgent(t)).vmid }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_vm_agent_osinfo",
    title: "shows the system that the agent tells",
    async run(t) {
      const vm = await withAgent(t);
      const { result } = await t.cluster.get<{ result: Readonly<Record<string, string>> }>(
        `${vm.path}/agent/get-osinfo`,
      );
      const fields = fieldsOf((await t.ok("proxmox_vm_agent_osinfo", { vmid: vm.vmid })).data);
      t.expect.equal(fields.name, result["pretty-name"], "the system");
      t.expect.equal(fields.kernel, result["kernel-release"], "the kernel");
      t.expect.equal(
        [fields.id, fields.version, fields.machine],
        [result.id, result.version, result.machine],
        "it",
      );
      await t.refused("proxmox_vm_agent_osinfo", { vmid: (await withoutAgent(t)).vmid }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_vm_agent_filesystems",
    title: "shows the file systems that the agent tells",
    async run(t) {
      const vm = await withAgent(t);
      const { result } = await t.cluster.get<{ result: readonly Readonly<Record<string, unknown>>[] }>(
        `${vm.path}/agent/get-fsinfo`,
      );
      const rows = rowsOf((await t.ok("proxmox_vm_agent_filesystems", { vmid: vm.vmid })).data);
      t.expect.equal(
        rows.map(({ mountpoint, type, device, used, total }) => [mountpoint, type, device, used, total]),
        result.map((one) => [one.mountpoint, one.type, one.name, one["used-bytes"], one["total-bytes"]]),
        "the file systems",
      );
      t.expect.equal(rows[0]?.usage, Number(rows[0]?.used) / Number(rows[0]?.total), "how full the first is");
      await t.refused("proxmox_vm_agent_filesystems", { vmid: (await withoutAgent(t)).vmid }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_vm_agent_users",
    title: "shows who is logged in, or that the agent may not tell",
    async run(t) {
      const vm = await withAgent(t);
      const { result } = await t.cluster.get<{ result: readonly { user: string; "login-time": number }[] }>(
        `${vm.path}/agent/get-users`,
      );
      const rows = rowsOf((await t.ok("proxmox_vm_agent_users", { vmid: vm.vmid })).data);
      t.expect.equal(
        rows.map(({ user, since }) => [user, since]),
        result.map((one) => [one.user, one["login-time"]]),
        "the users",
      );
      const { text } = await t.refused(
        "proxmox_vm_agent_users",
        { vmid: (await withBlocks(t)).vm.vmid },
        "unsupported",
      );
      t.expect.match(text, /guest-get-users is disabled/, "why");
    },
  }),
  scenario({
    tool: "proxmox_vm_fstrim",
    title: "trims what the agent lets it",
    async run(t) {
      const vm = await withAgent(t);
      await t.ok("proxmox_vm_fstrim", { vmid: vm.vmid, dryRun: true });
      const { text } = await t.ok("proxmox_vm_fstrim", { vmid: vm.vmid });
      t.expect.match(text, "trimmed", "what the agent answered");
      const status = await t.cluster.get<{ qmpstatus: string }>(`${vm.path}/status/current`);
      t.expect.equal(status.qmpstatus, "running", "the VM runs on");
      await t.refused("proxmox_vm_fstrim", { vmid: (await withBlocks(t)).vm.vmid }, "unsupported");
      await t.refused("proxmox_vm_fstrim", { vmid: (await withoutAgent(t)).vmid }, "conflict");
      await t.restart({ access: "read" });
      await t.refused("proxmox_vm_fstrim", { vmid: vm.vmid }, "denied");
    },
  }),
];

interface Address {
  readonly "ip-address": string;
  readonly prefix: number;
}

/** A stopped VM whose agent is turned on. */
async function stoppedWithAgent(t: ScenarioRun): Promise<Vm> {
  const vm = await aVm(t, "stopped");
  await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, agent: "1" });
  return vm;
}
