import {
  configOf,
  fieldsOf,
  rowsOf,
  type Scenario,
  scenario,
  sumsUpPoints,
} from "../../../sdk/testing/index.ts";

const PENDING = "proxmox_vm_pending";
const FEATURE = "proxmox_vm_feature";
const RRD = "proxmox_vm_rrd";
const ATTACH = "proxmox_vm_pci_attach";
const DETACH = "proxmox_vm_pci_detach";

interface Line {
  readonly key: string;
  readonly value?: unknown;
  readonly pending?: unknown;
  readonly delete?: number;
}

interface Mapping {
  readonly id: string;
  readonly map: readonly string[];
}

export const lookScenarios: readonly Scenario[] = [
  scenario({
    tool: PENDING,
    title: "shows what waits for the next start, and nothing else",
    live: true,
    access: "write",
    async run(t) {
      const vm = await t.make.vm("running", { bios: "seabios", ostype: "l26" });
      const { vmid } = vm;
      t.expect.equal(rowsOf(await t.ok(PENDING, { vmid })), [], "nothing waits yet");
      await t.ok("proxmox_vm_update_config", { vmid, bios: "ovmf", delete: ["ostype"] });
      const lines = await t.cluster.get<readonly Line[]>(`${vm.path}/pending`);
      const waiting = lines.filter((line) => line.pending !== undefined || (line.delete ?? 0) > 0);
      const rows = rowsOf(await t.ok(PENDING, { vmid }));
      t.expect.equal(
        rows.map(({ option, present, pending, removed }) => [option, present, pending, removed]).sort(),
        waiting
          .map((one) => [one.key, one.value, one.pending, one.delete === undefined ? undefined : true])
          .sort(),
        "the options",
      );
      t.expect.equal(rows.map(({ option }) => option).sort(), ["bios", "ostype"], "which they are");
      await t.refused(PENDING, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    tool: FEATURE,
    title: "says what the disks can do, and where",
    live: true,
    async run(t) {
      const template = await t.make.vm("template");
      const seen = await t.cluster.get<{ hasFeature: number; nodes: readonly string[] }>(
        `${template.path}/feature?feature=clone`,
      );
      const fields = fieldsOf(await t.ok(FEATURE, { vmid: template.vmid, feature: "clone" }));
      t.expect.equal(
        fields,
        { feature: "clone", possible: seen.hasFeature === 1, nodes: seen.nodes },
        "whether it can be cloned, and where",
      );
      t.expect.that(seen.nodes.includes(template.node), "its own node is among them");
      const vm = await t.make.vm("stopped");
      const no = fieldsOf(await t.ok(FEATURE, { vmid: vm.vmid, feature: "clone" }));
      t.expect.equal(no.possible, false, "a VM that is no template has no linked clones");
      await t.refused(FEATURE, { vmid: vm.vmid, feature: "fly" }, "invalid_input");
    },
  }),
  scenario({
    tool: RRD,
    title: "sums up what the node has recorded",
    live: true,
    async run(t) {
      await sumsUpPoints(t, RRD, await t.make.vm("running"));
      const { vmid } = await t.make.vm("stopped");
      t.expect.match((await t.ok(RRD, { vmid, timeframe: "day" })).text, /without load|No points/, "no load");
      await t.refused(RRD, { vmid, timeframe: "decade" }, "invalid_input");
    },
  }),
  scenario({
    tool: ATTACH,
    title: "gives a VM a mapped device of its node",
    live: true,
    needs: ["PCI mapping"],
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid, node } = vm;
      const mapping = await t.find("PCI mapping");
      const { digest } = await configOf(t, vm);
      await t.ok(ATTACH, { vmid, mapping, dryRun: true });
      t.expect.equal((await configOf(t, vm)).digest, digest, "the digest after a dry run");
      await t.ok(ATTACH, { vmid, mapping, rombar: false });
      await t.ok(ATTACH, { vmid, mapping, slot: 4 });
      const { hostpci0, hostpci4 } = await configOf(t, vm);
      t.expect.equal(String(hostpci0).split(",").sort(), [`mapping=${mapping}`, "rombar=0"], "the device");
      t.expect.equal(hostpci4, `mapping=${mapping}`, "the device in slot 4");
      const all = await t.cluster.get<readonly Mapping[]>("/cluster/mapping/pci");
      const elsewhere = all.find(({ map }) => !map.some((one) => one.split(",").includes(`node=${node}`)));
      if (elsewhere !== undefined) await t.refused(ATTACH, { vmid, mapping: elsewhere.id }, "conflict");
      await t.refused(ATTACH, { vmid, mapping, slot: 4 }, "conflict");
      await t.refused(ATTACH, { vmid, mapping, pcie: true }, "conflict");
      await t.refused(ATTACH, { vmid }, "invalid_input");
      await t.refused(ATTACH, { vmid, mapping: "nosuch" }, "upstream");
    },
  }),
  scenario({
    tool: ATTACH,
    title: "gives a VM a raw device by its node's command line, and says what that goes around",
    live: "it needs SSH to the nodes",
    access: "write",
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid, node } = vm;
      const raw = { vmid, host: "0000:01:00.0", rombar: false };
      const planned = await t.ok(ATTACH, { ...raw, dryRun: true });
      t.expect.match(planned.text, `qm set on ${node} [write]`, "the way");
      t.expect.match(planned.text, "goes around Proxmox VE's own permissions", "what it goes around");
      t.expect.equal((await configOf(t, vm)).hostpci0, undefined, "the device after a dry run");
      const done = await t.ok(ATTACH, raw);
      t.expect.match(done.text, "around Proxmox VE's permissions", "what the answer says");
      t.expect.equal((await configOf(t, vm)).hostpci0, "host=0000:01:00.0,rombar=0", "the device");
      await t.refused(ATTACH, { vmid, host: "0000:01:00.0,romfile=x" }, "invalid_input");
      const { digest } = await configOf(t, vm);
      await t.ok(DETACH, { vmid, slot: 0, digest: String(digest) });
      t.expect.equal((await configOf(t, vm)).hostpci0, undefined, "the device that was taken away");
    },
  }),
  scenario({
    tool: DETACH,
    title: "takes a device away by mapping or by slot",
    live: true,
    uses: ["GET /cluster/mapping/pci"],
    needs: ["PCI mapping"],
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      const mapping = await t.find("PCI mapping");
      for (const slot of [0, 1, 2]) await t.ok(ATTACH, { vmid, mapping, slot });
      const left = async () => Object.keys(await configOf(t, vm)).filter((key) => /^hostpci\d+$/.test(key));
      await t.refused(DETACH, { vmid, mapping }, "invalid_input");
      await t.ok(DETACH, { vmid, slot: 1, dryRun: true });
      t.expect.equal(await left(), ["hostpci0", "hostpci1", "hostpci2"], "the devices after a dry run");
      await t.ok(DETACH, { vmid, slot: 1 });
      t.expect.equal(await left(), ["hostpci0", "hostpci2"], "the devices");
      await t.ok(DETACH, { vmid, mapping, slot: 0 });
      await t.ok(DETACH, { vmid, mapping });
      t.expect.equal(await left(), [], "the devices");
      await t.refused(DETACH, { vmid, mapping }, "invalid_input");
    },
  }),
];
