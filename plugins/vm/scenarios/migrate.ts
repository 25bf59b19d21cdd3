import { becomes, guestLine, type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

const TOOL = "proxmox_vm_migrate";

async function nodeOf(t: ScenarioRun, vmid: number): Promise<string | undefined> {
  return (await guestLine(t, vmid))?.node;
}

export const migrateScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "moves a running VM online, and says beforehand what is in the way",
    live: true,
    needs: ["second node", "shared storage"],
    async run(t) {
      const vm = await t.make.vm("running", { scsi0: `${await t.find("shared storage")}:1` });
      const { vmid, node } = vm;
      const target = await t.find("second node");
      const { text } = await t.refused(TOOL, { vmid, target }, "conflict");
      t.expect.match(text, "it is running", "the reason");
      await t.refused(TOOL, { vmid, target: node, online: true }, "conflict");
      await t.refused(TOOL, { vmid, target: "nosuchnode", online: true }, "not_found");
      await t.ok(TOOL, { vmid, target, online: true, dryRun: true });
      t.expect.equal(await nodeOf(t, vmid), node, "the node after a dry run");
      await t.ok(TOOL, { vmid, target, online: true, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, vmid), target, "the node");
      await becomes(t, { path: `/nodes/${target}/qemu/${vmid}` }, "running");
    },
  }),
  scenario({
    tool: TOOL,
    title: "copies disks of a running VM's node where asked, those of a stopped one anyway",
    live: true,
    needs: ["local storage of two nodes"],
    async run(t) {
      const scsi0 = `${await t.find("local storage of two nodes")}:1`;
      const target = await t.find("second node");
      const vm = await t.make.vm("running", { scsi0 });
      const { text } = await t.refused(TOOL, { vmid: vm.vmid, target, online: true }, "conflict");
      t.expect.match(text, /scsi0.*with-local-disks/s, "the disk and what helps");
      t.expect.equal(await nodeOf(t, vm.vmid), vm.node, "the node after the refusal");
      const given = { vmid: vm.vmid, target, online: true, "with-local-disks": true };
      await t.ok(TOOL, { ...given, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, vm.vmid), target, "the node");
      const idle = await t.make.vm("stopped", { scsi0 });
      await t.ok(TOOL, { vmid: idle.vmid, target, waitMode: "wait" });
      t.expect.equal(await nodeOf(t, idle.vmid), target, "the stopped VM's node");
    },
  }),
];
