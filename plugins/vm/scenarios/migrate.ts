import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { becomes, resources, type Vm, vms } from "./cluster.ts";

const TOOL = "proxmox_vm_migrate";

async function nodeOf(t: ScenarioRun, vmid: number): Promise<string | undefined> {
  return (await resources(t)).find((one) => one.type === "qemu" && one.vmid === vmid)?.node;
}

async function otherNode(t: ScenarioRun, not: string): Promise<string> {
  const found = (await resources(t)).find(({ type, node }) => type === "node" && node !== not);
  if (found === undefined) throw new Error("the cluster has one node alone");
  return found.node;
}

/** A VM whose scsi0 is, or is not, on a storage that its node has alone. */
async function withDisk(t: ScenarioRun, what: "running" | "stopped", isLocal: boolean): Promise<Vm> {
  for (const vm of await vms(t, what)) {
    const facts = await t.cluster.get<{ local_disks: readonly unknown[] }>(`${vm.path}/migrate`);
    if (facts.local_disks.length > 0 === isLocal) return vm;
  }
  throw new Error(`no ${what} VM has ${isLocal ? "a local disk" : "shared disks alone"}`);
}

export const migrateScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "moves a running VM online, and says beforehand what is in the way",
    async run(t) {
      const vm = await withDisk(t, "running", false);
      const { vmid } = vm;
      const target = await otherNode(t, vm.node);
      const { text } = await t.refused(TOOL, { vmid, target }, "conflict");
      t.expect.match(text, "it is running", "the reason");
      await t.refused(TOOL, { vmid, target: vm.node, online: true }, "conflict");
      await t.refused(TOOL, { vmid, target: "nosuchnode", online: true }, "not_found");
      await t.ok(TOOL, { vmid, target, online: true, dryRun: true });
      t.expect.equal(await nodeOf(t, vmid), vm.node, "the node after a dry run");
      await t.ok(TOOL, { vmid, target, online: true, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, vmid), target, "the node");
      await becomes(t, { ...vm, node: target, path: `/nodes/${target}/qemu/${vmid}` }, "running");
    },
  }),
  scenario({
    tool: TOOL,
    title: "copies disks of a running VM's node where asked, those of a stopped one anyway",
    async run(t) {
      const vm = await withDisk(t, "running", true);
      const target = await otherNode(t, vm.node);
      const { text } = await t.refused(TOOL, { vmid: vm.vmid, target, online: true }, "conflict");
      t.expect.match(text, /scsi0.*with-local-disks/s, "the disk and what helps");
      t.expect.equal(await nodeOf(t, vm.vmid), vm.node, "the node after the refusal");
      const given = { vmid: vm.vmid, target, online: true, "with-local-disks": true };
      await t.ok(TOOL, { ...given, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, vm.vmid), target, "the node");
      const idle = await withDisk(t, "stopped", true);
      const there = await otherNode(t, idle.node);
      await t.ok(TOOL, { vmid: idle.vmid, target: there, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, idle.vmid), there, "the stopped VM's node");
    },
  }),
];
