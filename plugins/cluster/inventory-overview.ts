import {
  countBy,
  defineTool,
  type Guest,
  type NodeSummary,
  record,
  type StorageSummary,
  Type,
} from "../../sdk/index.ts";

export const inventoryOverview = defineTool({
  name: "proxmox_inventory_overview",
  title: "Overview of a cluster",
  describe:
    "Version, nodes with load, guests counted by kind, status and node, and storage use of the whole cluster.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /version"],
  input: Type.Object({}),
  async read(_input, pve) {
    const [{ nodes, guests, storages }, { version }] = await Promise.all([pve.inventory(), pve.version()]);
    return record({
      title: `Cluster ${pve.cluster}`,
      fields: {
        version,
        nodes: nodes.map((node) => nodeLine(node, guests)),
        vms: guestCounts(guests.filter(({ kind, template }) => kind === "qemu" && !template)),
        containers: guestCounts(guests.filter(({ kind, template }) => kind === "lxc" && !template)),
        templates: guests.filter(({ template }) => template).length,
        storages: distinct(storages).map(storageLine),
      },
    });
  },
});

function nodeLine(summary: NodeSummary, guests: readonly Guest[]): Record<string, unknown> {
  const own = guests.filter(({ node, template }) => node === summary.node && !template);
  return {
    node: summary.node,
    status: summary.status,
    cpuPercent: percent(summary.cpu),
    cores: summary.maxcpu,
    memoryPercent: ratio(summary.mem, summary.maxmem),
    memoryGiB: gib(summary.maxmem),
    guests: own.length,
    running: own.filter(({ status }) => status === "running").length,
  };
}

function guestCounts(guests: readonly Guest[]): Record<string, number> {
  return { total: guests.length, ...countBy(guests, ({ status }) => status) };
}

/** Shared storages show once a node, with the same figures each time. */
function distinct(storages: readonly StorageSummary[]): readonly StorageSummary[] {
  const seen = new Set<string>();
  return storages.filter(({ storage, node, shared }) => {
    const key = shared ? storage : `${node}/${storage}`;
    return !seen.has(key) && seen.add(key);
  });
}

function storageLine({
  storage,
  node,
  shared,
  status,
  type,
  disk,
  maxdisk,
}: StorageSummary): Record<string, unknown> {
  return {
    storage,
    node: shared ? "(shared)" : node,
    type,
    status,
    usedPercent: ratio(disk, maxdisk),
    sizeGiB: gib(maxdisk),
  };
}

function percent(fraction: number | undefined): number | undefined {
  return fraction === undefined ? undefined : Math.round(fraction * 1000) / 10;
}

function ratio(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : percent(part / whole);
}

function gib(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : Math.round((bytes / 2 ** 30) * 10) / 10;
}
