import {
  becomes,
  configOf,
  type GuestConfig,
  guestLine,
  type Scenario,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";

const CREATE = "proxmox_vm_create";
const CLONE = "proxmox_vm_clone";
const CONVERT = "proxmox_vm_convert_to_template";
const DESTROY = "proxmox_vm_destroy";

export const lifecycleScenarios: readonly Scenario[] = [
  scenario({
    tool: CREATE,
    title: "creates a VM with disk and network from the short forms",
    live: true,
    async run(t) {
      const { node, storage, bridge } = t.place;
      const vmid = await t.make.freeVmid();
      const given = { node, vmid, name: `scenario-${vmid}`, memory: 512, cores: 2, bridge };
      const disk = { diskGiB: 1, diskStorage: storage };
      await t.ok(CREATE, { ...given, ...disk, dryRun: true });
      t.expect.equal(await guestLine(t, vmid), undefined, "the VM after a dry run");
      await t.ok(CREATE, { ...given, ...disk, tags: ["one", "two"], start: true });
      const made = { path: `/nodes/${node}/qemu/${vmid}` };
      await becomes(t, made, "running");
      const config = await configOf(t, made);
      t.expect.match(String(config.scsi0), `${storage}:`, "the disk's storage");
      t.expect.match(String(config.scsi0), "size=1G", "the disk's size");
      t.expect.equal(config.scsihw, "virtio-scsi-single", "the disk's controller");
      t.expect.match(String(config.net0), /^virtio=[0-9A-F:]{17},/, "the network device");
      t.expect.match(`${String(config.net0)},`, `,bridge=${bridge},`, "its bridge");
      const { name, memory, cores, tags } = config;
      t.expect.equal([name, String(memory), cores, tags], [given.name, "512", 2, "one;two"], "the options");
      await t.refused(CREATE, { node, vmid }, "conflict");
      const free = { node, vmid: await t.make.freeVmid() };
      await t.refused(CREATE, { ...free, diskGiB: 1, scsi0: `${storage}:1` }, "invalid_input");
      await t.refused(CREATE, { ...free, net0: `nonsense,bridge=${bridge}` }, "invalid_input");
    },
  }),
  scenario({
    tool: CLONE,
    title: "clones a template to a new VMID",
    live: true,
    async run(t) {
      const template = await t.make.vm("template", { memory: "160" });
      const { vmid, node } = template;
      const newid = await t.make.freeVmid();
      const given = { vmid, newid, name: `scenario-${newid}` };
      await t.ok(CLONE, { ...given, dryRun: true });
      t.expect.equal(await guestLine(t, newid), undefined, "the clone after a dry run");
      await t.ok(CLONE, given);
      const config = await configOf(t, { path: `/nodes/${node}/qemu/${newid}` });
      t.expect.that(config.template === undefined, "the clone is no template");
      t.expect.equal([config.name, String(config.memory)], [given.name, "160"], "the clone's options");
      await t.refused(CLONE, given, "conflict");
      const absent = await t.make.freeVmid();
      await t.refused(CLONE, { vmid: absent, newid: absent }, "not_found");
    },
  }),
  scenario({
    tool: CLONE,
    title: "copies a template in full to another storage",
    live: true,
    needs: ["second storage"],
    async run(t) {
      const { vmid, node } = await t.make.vm("template");
      const newid = await t.make.freeVmid();
      const storage = await t.find("second storage");
      const given = { vmid, newid, full: true, storage, description: "a copy" };
      await t.ok(CLONE, given);
      const config = await configOf(t, { path: `/nodes/${node}/qemu/${newid}` });
      t.expect.match(String(config.scsi0), `${storage}:`, "the copy's disk");
      t.expect.equal(String(config.description).trim(), "a copy", "its description");
      const wrong = { vmid, newid: await t.make.freeVmid(), storage };
      await t.refused(CLONE, { ...wrong, target: "nosuchnode" }, "not_found");
    },
  }),
  scenario({
    tool: CONVERT,
    title: "turns a VM into a template once",
    live: true,
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      await t.ok(CONVERT, { vmid, dryRun: true });
      t.expect.equal((await configOf(t, vm)).template, undefined, "a dry run changes nothing");
      await t.ok(CONVERT, { vmid });
      await t.cluster.until<GuestConfig>(
        `${vm.path}/config`,
        ({ template }) => template === 1,
        "it is a template",
      );
      await t.refused(CONVERT, { vmid }, "conflict");
      await t.refused(CONVERT, { vmid: (await t.make.vm("running")).vmid }, "conflict");
    },
  }),
  scenario({
    tool: DESTROY,
    title: "destroys a stopped VM, after a human agreed",
    live: true,
    confirm: "destructive",
    async run(t) {
      const { vmid, name } = await t.make.vm("stopped");
      const all = { purge: true, "destroy-unreferenced-disks": true };
      const [step] = stepsOf(await t.ok(DESTROY, { vmid, ...all, dryRun: true }));
      t.expect.equal(step?.params, all, "what goes with it");
      await t.refused(DESTROY, { vmid }, "declined");
      t.expect.that((await guestLine(t, vmid)) !== undefined, "the VM is still there");
      t.answerConfirm("accept", name);
      await t.ok(DESTROY, { vmid, ...all });
      t.expect.equal(await guestLine(t, vmid), undefined, "the VM");
      await t.refused(DESTROY, { vmid }, "not_found");
      const running = await t.make.vm("running");
      await t.refused(DESTROY, { vmid: running.vmid }, "conflict");
      t.expect.that((await guestLine(t, running.vmid)) !== undefined, "a running VM is not destroyed");
    },
  }),
];
