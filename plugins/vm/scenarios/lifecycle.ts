import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aVm, type Config, configOf, diskStorage, resources, type Vm, vms } from "./cluster.ts";

async function named(t: ScenarioRun, name: string): Promise<Vm> {
  const found = (await vms(t, "stopped")).find((vm) => vm.name === name);
  if (found === undefined) throw new Error(`the cluster has no stopped VM ${name}`);
  return found;
}

async function exists(t: ScenarioRun, vmid: number): Promise<boolean> {
  return (await resources(t)).some((one) => one.vmid === vmid);
}

export const lifecycleScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_vm_create",
    title: "creates a VM with disk and network from the short forms",
    async run(t) {
      const { node, vmid: taken } = await aVm(t, "stopped");
      const storage = await diskStorage(t, node);
      const given = { node, name: "scenario-new", memory: 512, cores: 2, diskGiB: 1, diskStorage: storage };
      await t.ok("proxmox_vm_create", { ...given, dryRun: true });
      t.expect.that(
        !(await vms(t, "stopped")).some(({ name }) => name === given.name),
        "a dry run makes no VM",
      );
      await t.ok("proxmox_vm_create", { ...given, bridge: "vmbr0", tags: ["one", "two"] });
      const config = await configOf(t, await named(t, given.name));
      t.expect.match(String(config.scsi0), `${storage}:`, "the disk's storage");
      t.expect.match(String(config.scsi0), "size=1G", "the disk's size");
      t.expect.match(String(config.net0), /^virtio=[0-9A-F:]{17},bridge=vmbr0/, "the network device");
      t.expect.equal([String(config.memory), config.cores], ["512", 2], "memory and cores");
      t.expect.equal(config.tags, "one;two", "the tags");
      await t.refused("proxmox_vm_create", { node, vmid: taken }, "conflict");
      await t.refused("proxmox_vm_create", { node, diskGiB: 1, scsi0: `${storage}:1` }, "invalid_input");
      await t.refused("proxmox_vm_create", { node, net0: "nonsense,bridge=vmbr0" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_vm_clone",
    title: "clones a template to a new VMID",
    async run(t) {
      const template = await aVm(t, "template");
      const given = { vmid: template.vmid, name: "scenario-clone" };
      await t.ok("proxmox_vm_clone", { ...given, dryRun: true });
      t.expect.that(
        !(await vms(t, "stopped")).some(({ name }) => name === given.name),
        "a dry run makes no VM",
      );
      await t.ok("proxmox_vm_clone", given);
      const clone = await named(t, given.name);
      const config = await configOf(t, clone);
      t.expect.that(config.template === undefined, "the clone is no template");
      t.expect.equal(config.memory, (await configOf(t, template)).memory, "the clone's memory");
      await t.refused("proxmox_vm_clone", { ...given, newid: clone.vmid }, "conflict");
      await t.refused("proxmox_vm_clone", { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_vm_convert_to_template",
    title: "turns a VM into a template once",
    async run(t) {
      const vm = await aVm(t, "stopped");
      await t.ok("proxmox_vm_convert_to_template", { vmid: vm.vmid });
      await t.cluster.until<Config>(
        `${vm.path}/config`,
        ({ template }) => template === 1,
        "it is a template",
      );
      await t.refused("proxmox_vm_convert_to_template", { vmid: vm.vmid }, "conflict");
      const running = await aVm(t, "running");
      await t.refused("proxmox_vm_convert_to_template", { vmid: running.vmid }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_vm_destroy",
    title: "destroys a stopped VM, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const { vmid, name } = await aVm(t, "stopped");
      await t.ok("proxmox_vm_destroy", { vmid, dryRun: true });
      await t.refused("proxmox_vm_destroy", { vmid }, "declined");
      t.expect.that(await exists(t, vmid), "the VM is still there");
      t.answerConfirm("accept", name);
      await t.ok("proxmox_vm_destroy", { vmid, purge: true });
      t.expect.that(!(await exists(t, vmid)), "the VM is gone");
      await t.refused("proxmox_vm_destroy", { vmid }, "not_found");
      const running = await aVm(t, "running");
      await t.refused("proxmox_vm_destroy", { vmid: running.vmid }, "conflict");
      t.expect.that(await exists(t, running.vmid), "a running VM is not destroyed");
    },
  }),
];
