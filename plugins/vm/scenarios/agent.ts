import {
  becomes,
  fieldsOf,
  type MadeGuest,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
} from "../../../sdk/testing/index.ts";

const PING = "proxmox_vm_agent_ping";
const INFO = "proxmox_vm_agent_info";
const DIAGNOSE = "proxmox_vm_guest_agent_diagnose";
const INTERFACES = "proxmox_vm_agent_interfaces";
const OSINFO = "proxmox_vm_agent_osinfo";
const FILESYSTEMS = "proxmox_vm_agent_filesystems";
const USERS = "proxmox_vm_agent_users";
const FSTRIM = "proxmox_vm_fstrim";

/** Commands that the scenarios have turned off. */
const DISABLED = ["guest-fstrim", "guest-get-users"];

const COMMON = { live: true, needs: ["guest agent"] } as const;

/** What the agent of a VM answers to the API itself. */
async function told<T>(t: ScenarioRun, { path }: MadeGuest, command: string): Promise<T> {
  return (await t.cluster.get<{ result: T }>(`${path}/agent/${command}`)).result;
}

/** A VM that runs with the agent's device and has no system, so nothing answers. */
function silent(t: ScenarioRun): Promise<MadeGuest> {
  return t.make.vm("running", { agent: "1" });
}

interface Address {
  readonly "ip-address": string;
  readonly "ip-address-type": "ipv4" | "ipv6";
  readonly prefix: number;
}

interface Interface {
  readonly name: string;
  readonly "hardware-address": string;
  readonly "ip-addresses"?: readonly Address[];
}

function addressesOf({ "ip-addresses": all = [] }: Interface, family: Address["ip-address-type"]): string {
  return all
    .filter((address) => address["ip-address-type"] === family)
    .map(({ "ip-address": ip, prefix }) => `${ip}/${prefix}`)
    .join(" ");
}

export const agentScenarios: readonly Scenario[] = [
  scenario({
    ...COMMON,
    tool: PING,
    title: "tells an agent that answers from one that is off, not started with, or silent",
    access: "write",
    async run(t) {
      const able = await t.make.vmWithAgent();
      t.expect.equal(fieldsOf(await t.ok(PING, { vmid: able.vmid })), { answers: true }, "it answers");
      const off = await t.make.vm("running");
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
      const { vmid } = await t.make.vm("stopped", { agent: "1" });
      const stopped = await t.refused(PING, { vmid }, "conflict");
      t.expect.match(stopped.text, "does not run", "why");
    },
  }),
  scenario({
    ...COMMON,
    tool: INFO,
    title: "lists the agent's commands, the disabled ones apart",
    async run(t) {
      const vm = await t.make.vmWithAgent(DISABLED);
      const { version, supported_commands: all } = await told<{
        version: string;
        supported_commands: readonly { name: string; enabled: boolean }[];
      }>(t, vm, "info");
      const named = (enabled: boolean) =>
        all
          .filter((one) => one.enabled === enabled)
          .map(({ name }) => name)
          .sort();
      t.expect.equal(
        fieldsOf(await t.ok(INFO, { vmid: vm.vmid })),
        { version, enabled: named(true), disabled: named(false) },
        "the agent",
      );
      t.expect.that(
        DISABLED.every((name) => named(false).includes(name)),
        "what was turned off",
      );
      await t.refused(INFO, { vmid: (await t.make.vm("running")).vmid }, "conflict");
    },
  }),
  scenario({
    ...COMMON,
    tool: DIAGNOSE,
    title: "says what is wrong with an agent and what to do",
    access: "write",
    async run(t) {
      const diagnose = async ({ vmid }: MadeGuest) => fieldsOf(await t.ok(DIAGNOSE, { vmid }));
      const partly = await t.make.vmWithAgent(DISABLED);
      const { version } = await told<{ version: string }>(t, partly, "info");
      const { "pretty-name": system } = await told<{ "pretty-name": string }>(t, partly, "get-osinfo");
      const found = await diagnose(partly);
      t.expect.equal(
        [found.state, found.version, found.system],
        ["partly disabled", version, system],
        "an agent with commands turned off",
      );
      t.expect.equal(found.disabled, DISABLED, "the disabled commands");
      t.expect.match(String(found.problem), DISABLED.join(", "), "the problem");
      t.expect.match(String(found.todo), /block-rpcs|blacklist/, "what to do");
      const off = await t.make.vm("running");
      t.expect.equal((await diagnose(off)).state, "turned off", "an agent that is turned off");
      await t.ok("proxmox_vm_update_config", { vmid: off.vmid, agent: "1" });
      t.expect.equal((await diagnose(off)).state, "waits for a restart", "one that is turned on since");
      const missing = await diagnose(await silent(t));
      t.expect.equal(missing.state, "missing or silent", "one that is not there");
      t.expect.match(String(missing.problem), "answer", "the problem");
      t.expect.match(String(missing.todo), "qemu-guest-agent", "what to do");
      await t.refused(DIAGNOSE, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    ...COMMON,
    tool: DIAGNOSE,
    title: "finds nothing wrong with an agent that works",
    async run(t) {
      const vm = await t.make.vmWithAgent();
      const { version } = await told<{ version: string }>(t, vm, "info");
      const { "pretty-name": system } = await told<{ "pretty-name": string }>(t, vm, "get-osinfo");
      const fields = fieldsOf(await t.ok(DIAGNOSE, { vmid: vm.vmid }));
      t.expect.equal(fields, { state: "works", version, system }, "what is found");
      await t.refused(DIAGNOSE, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    ...COMMON,
    tool: INTERFACES,
    title: "shows the addresses that the agent tells",
    async run(t) {
      const vm = await t.make.vmWithAgent();
      const seen = await told<readonly Interface[]>(t, vm, "network-get-interfaces");
      const rows = rowsOf(await t.ok(INTERFACES, { vmid: vm.vmid }));
      const byName = (one: { name?: unknown }, other: { name?: unknown }) =>
        String(one.name) < String(other.name) ? -1 : 1;
      t.expect.equal(
        rows.map(({ name, mac, ipv4 = "", ipv6 = "" }) => ({ name, mac, ipv4, ipv6 })).sort(byName),
        seen
          .map((one) => ({
            ...{ name: one.name, mac: one["hardware-address"] },
            ...{ ipv4: addressesOf(one, "ipv4"), ipv6: addressesOf(one, "ipv6") },
          }))
          .sort(byName),
        "the interfaces",
      );
      await t.refused(INTERFACES, { vmid: (await t.make.vm("running")).vmid }, "conflict");
    },
  }),
  scenario({
    ...COMMON,
    tool: OSINFO,
    title: "shows the system that the agent tells",
    async run(t) {
      const vm = await t.make.vmWithAgent();
      const result = await told<Readonly<Record<string, string>>>(t, vm, "get-osinfo");
      const { name, kernel, id, version, machine } = fieldsOf(await t.ok(OSINFO, { vmid: vm.vmid }));
      t.expect.equal(
        [name, kernel, id, version, machine],
        [result["pretty-name"], result["kernel-release"], result.id, result.version, result.machine],
        "the system",
      );
      await t.refused(OSINFO, { vmid: (await t.make.vm("running")).vmid }, "conflict");
    },
  }),
  scenario({
    ...COMMON,
    tool: FILESYSTEMS,
    title: "shows the file systems that the agent tells",
    async run(t) {
      const vm = await t.make.vmWithAgent();
      const result = await told<readonly Readonly<Record<string, unknown>>[]>(t, vm, "get-fsinfo");
      const rows = rowsOf(await t.ok(FILESYSTEMS, { vmid: vm.vmid }));
      const sorted = (all: readonly (readonly unknown[])[]) => all.map((one) => one.join(" ")).sort();
      t.expect.equal(
        sorted(rows.map(({ mountpoint, type, device, total }) => [mountpoint, type, device, total])),
        sorted(result.map((one) => [one.mountpoint, one.type, one.name, one["total-bytes"]])),
        "the file systems",
      );
      // What is used may change between two looks.
      for (const { used, total, usage } of rows.filter((row) => row.total !== undefined)) {
        t.expect.that(Number(used) > 0 && Number(used) <= Number(total), "what is used");
        t.expect.equal(usage, Number(used) / Number(total), "how full it is");
      }
      await t.refused(FILESYSTEMS, { vmid: (await t.make.vm("running")).vmid }, "conflict");
    },
  }),
  scenario({
    ...COMMON,
    tool: USERS,
    title: "shows who is logged in, or that the agent may not tell",
    async run(t) {
      const vm = await t.make.vmWithAgent();
      const result = await told<readonly { user: string; "login-time": number }[]>(t, vm, "get-users");
      const rows = rowsOf(await t.ok(USERS, { vmid: vm.vmid }));
      t.expect.equal(
        rows.map(({ user, since }) => [user, since]),
        result.map((one) => [one.user, one["login-time"]]),
        "the users",
      );
      const { vmid } = await t.make.vmWithAgent(DISABLED);
      const { text } = await t.refused(USERS, { vmid }, "unsupported");
      t.expect.match(text, /guest-get-users is disabled/, "why");
    },
  }),
  scenario({
    ...COMMON,
    tool: FSTRIM,
    title: "trims what the agent lets it",
    async run(t) {
      const vm = await t.make.vmWithAgent();
      await t.ok(FSTRIM, { vmid: vm.vmid, dryRun: true });
      const { text } = await t.ok(FSTRIM, { vmid: vm.vmid });
      t.expect.match(text, "trimmed", "what the agent answered");
      await becomes(t, vm, "running");
      await t.refused(FSTRIM, { vmid: (await t.make.vmWithAgent(DISABLED)).vmid }, "unsupported");
      await t.refused(FSTRIM, { vmid: (await t.make.vm("running")).vmid }, "conflict");
      await t.restart({ access: "read" });
      await t.refused(FSTRIM, { vmid: vm.vmid }, "denied");
    },
  }),
];
