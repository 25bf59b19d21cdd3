import { type Scenario, scenario } from "../../../sdk/testing/index.ts";

interface Resource {
  readonly type: string;
  readonly node?: string;
  readonly storage?: string;
  readonly status?: string;
  readonly template?: number;
}

interface Member {
  readonly type: string;
  readonly name: string;
  readonly ip?: string;
  readonly quorate?: number;
}

export const overviewScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_inventory_overview",
    title: "counts what is on the cluster",
    async run(t) {
      const { text } = await t.ok("proxmox_inventory_overview");
      const resources = await t.cluster.get<readonly Resource[]>("/cluster/resources");
      const vms = resources.filter(({ type, template }) => type === "qemu" && template !== 1);
      const running = vms.filter(({ status }) => status === "running").length;
      t.expect.match(text, new RegExp(`vms:\\s+total: ${vms.length}\\b`), "the number of VMs");
      t.expect.match(text, new RegExp(`vms:[^:]+:[^:]+running: ${running}\\b`), "the number of running VMs");
      for (const { node, storage, type } of resources) {
        if (type === "node") t.expect.match(text, node ?? "", "the node");
        if (type === "storage") t.expect.match(text, storage ?? "", "the storage");
      }
      const { version } = await t.cluster.get<{ version: string }>("/version");
      t.expect.match(text, version, "the version");
      await t.refused("proxmox_inventory_overview", { verbose: true }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_cluster_status",
    title: "shows members and quorum",
    async run(t) {
      const { text } = await t.ok("proxmox_cluster_status");
      const members = await t.cluster.get<readonly Member[]>("/cluster/status");
      const nodes = members.filter(({ type }) => type === "node");
      for (const { name, ip } of nodes) {
        t.expect.match(text, name, "the member");
        t.expect.match(text, ip ?? "", "its address");
      }
      t.expect.match(text, `nodesTotal: ${nodes.length}`, "the number of members");
      const quorate = members.some((member) => member.quorate === 1);
      if (quorate) t.expect.match(text, "quorate: yes", "the quorum");
      await t.refused("proxmox_cluster_status", { node: "pve1" }, "invalid_input");
    },
  }),
];
