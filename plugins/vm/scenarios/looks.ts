import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aVm, configOf, vms } from "./cluster.ts";

interface Pending {
  readonly key: string;
  readonly pending?: unknown;
  readonly delete?: number;
}

interface Point {
  readonly time: number;
  readonly cpu?: number;
  readonly mem?: number;
  readonly maxmem?: number;
}

export const lookScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_vm_pending",
    title: "shows what waits for the next start, and nothing else",
    access: "write",
    async run(t) {
      const vm = await aVm(t, "running");
      const none = await t.ok("proxmox_vm_pending", { vmid: vm.vmid });
      t.expect.that(!none.text.includes("bios"), "nothing waits yet");
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, bios: "ovmf", delete: ["ostype"] });
      const lines = await t.cluster.get<readonly Pending[]>(`${vm.path}/pending`);
      const waiting = lines.filter((line) => line.pending !== undefined || (line.delete ?? 0) > 0);
      const { data } = await t.ok("proxmox_vm_pending", { vmid: vm.vmid });
      // The client has held the data against the tool's result schema.
      const { rows } = data as { rows: { option: string; pending?: string; removed?: boolean }[] };
      t.expect.equal(
        rows.map(({ option }) => option).sort(),
        waiting.map(({ key }) => key).sort(),
        "the options",
      );
      t.expect.equal(rows.find(({ option }) => option === "bios")?.pending, "ovmf", "the new value");
      t.expect.equal(rows.find(({ option }) => option === "ostype")?.removed, true, "the removal");
      await t.refused("proxmox_vm_pending", { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_vm_feature",
    title: "says what the disks can do, and where",
    async run(t) {
      const template = await aVm(t, "template");
      const seen = await t.cluster.get<{ hasFeature: number; nodes: readonly string[] }>(
        `${template.path}/feature?feature=clone`,
      );
      const { data } = await t.ok("proxmox_vm_feature", { vmid: template.vmid, feature: "clone" });
      // The client has held the data against the tool's result schema.
      const { fields } = data as { fields: { possible: boolean; nodes: string[] } };
      t.expect.equal(fields.possible, seen.hasFeature === 1, "whether it can be cloned");
      t.expect.equal([...fields.nodes].sort(), [...seen.nodes].sort(), "the nodes");
      const vm = await aVm(t, "stopped");
      const no = await t.ok("proxmox_vm_feature", { vmid: vm.vmid, feature: "clone" });
      t.expect.match(no.text, /possible: (?:false|no)/, "a VM that is no template has no linked clones");
      await t.refused("proxmox_vm_feature", { vmid: vm.vmid, feature: "fly" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_vm_rrd",
    title: "sums up what the node has recorded",
    async run(t) {
      const vm = await aVm(t, "running");
      const points = await t.cluster.get<readonly Point[]>(`${vm.path}/rrddata?timeframe=hour`);
      const { data, text } = await t.ok("proxmox_vm_rrd", { vmid: vm.vmid, timeframe: "hour" });
      // The client has held the data against the tool's result schema.
      const { rows } = data as { rows: { figure: string; last: number; limit?: number }[] };
      const cpu = points.findLast((point) => point.cpu !== undefined)?.cpu ?? Number.NaN;
      const maxmem = points.at(-1)?.maxmem ?? Number.NaN;
      t.expect.equal(
        rows.find(({ figure }) => figure === "cpu")?.last,
        Math.round(cpu * 10_000) / 100,
        "cpu",
      );
      t.expect.equal(
        rows.find(({ figure }) => figure === "memory")?.limit,
        maxmem / 2 ** 20,
        "the memory it has",
      );
      t.expect.match(text, `${points.length} points`, "how many points");
      const idle = await t.ok("proxmox_vm_rrd", { vmid: (await aVm(t, "stopped")).vmid, timeframe: "day" });
      t.expect.match(idle.text, "without load", "a stopped VM has no load");
      await t.refused("proxmox_vm_rrd", { vmid: vm.vmid, timeframe: "decade" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_vm_pci_attach",
    title: "gives a VM a mapped device of its node, and no raw one",
    async run(t) {
      const vm = await aVm(t, "stopped");
      const { vmid } = vm;
      const map = [`node=${vm.node},path=0000:01:00.0,id=10de:1eb8`];
      await mapping(t, "gpu", map);
      await mapping(t, "elsewhere", ["node=nowhere,path=0000:01:00.0,id=10de:1eb8"]);
      const before = await configOf(t, vm);
      await t.ok("proxmox_vm_pci_attach", { vmid, mapping: "gpu", dryRun: true });
      t.expect.equal((await configOf(t, vm)).digest, before.digest, "the digest after a dry run");
      await t.ok("proxmox_vm_pci_attach", { vmid, mapping: "gpu", rombar: false });
      await t.ok("proxmox_vm_pci_attach", { vmid, mapping: "gpu", slot: 4 });
      const after = await configOf(t, vm);
      t.expect.match(String(after.hostpci0), /mapping=gpu.*rombar=0|rombar=0.*mapping=gpu/, "the device");
      t.expect.match(String(after.hostpci4), "mapping=gpu", "the device in slot 4");
      const tool = "proxmox_vm_pci_attach";
      const raw = await t.refused(tool, { vmid, host: "0000:01:00.0" }, "unsupported");
      t.expect.match(raw.text, "root@pam", "who may");
      await t.refused(tool, { vmid, mapping: "elsewhere" }, "conflict");
      await t.refused(tool, { vmid, mapping: "gpu", slot: 4 }, "conflict");
      await t.refused(tool, { vmid, mapping: "gpu", pcie: true }, "conflict");
      await t.refused(tool, { vmid }, "invalid_input");
      await t.refused(tool, { vmid, mapping: "nosuch" }, "upstream");
    },
  }),
  scenario({
    tool: "proxmox_vm_pci_detach",
    title: "takes a device away by mapping or by slot",
    async run(t) {
      const [vm] = await vms(t, "stopped");
      if (vm === undefined) throw new Error("the cluster has no stopped VM");
      const { vmid } = vm;
      const tool = "proxmox_vm_pci_detach";
      await mapping(t, "gpu", [`node=${vm.node},path=0000:01:00.0,id=10de:1eb8`]);
      for (const slot of [0, 1, 2]) await t.ok("proxmox_vm_pci_attach", { vmid, mapping: "gpu", slot });
      await t.refused(tool, { vmid, mapping: "gpu" }, "invalid_input");
      await t.ok(tool, { vmid, slot: 1, dryRun: true });
      t.expect.that("hostpci1" in (await configOf(t, vm)), "the device is there after a dry run");
      await t.ok(tool, { vmid, slot: 1 });
      await t.ok(tool, { vmid, mapping: "gpu", slot: 0 });
      await t.ok(tool, { vmid, mapping: "gpu" });
      const left = Object.keys(await configOf(t, vm)).filter((key) => key.startsWith("hostpci"));
      t.expect.equal(left, [], "the devices");
      await t.refused(tool, { vmid, mapping: "gpu" }, "invalid_input");
    },
  }),
];

async function mapping(t: Parameters<Scenario["run"]>[0], id: string, map: readonly string[]): Promise<void> {
  await t.ok("proxmox_api_call", { method: "POST", path: "/cluster/mapping/pci", params: { id, map } });
}
