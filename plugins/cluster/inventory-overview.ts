import { countBy, defineTool, type Guest, record, recordSchema, Type, unseenIn } from "../../sdk/index.ts";
import { nodeLines } from "./node-lines.ts";
import { storageLines } from "./storage-lines.ts";

/** Nodes that are shown one by one; of more, those that need a look come first. */
const MOST_NODES = 32;

export const inventoryOverview = defineTool({
  name: "proxmox_inventory_overview",
  title: "Overview of a cluster",
  describe: "Version, nodes with load, guests by kind and status, storage use. A good first call.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /version"],
  input: Type.Object({}),
  result: recordSchema([
    { key: "version" },
    { key: "nodes", type: "array" },
    { key: "vms", type: "object" },
    { key: "containers", type: "object" },
    { key: "templates", type: "integer" },
    { key: "storages", type: "array" },
  ]),
  async read(_input, pve) {
    const [{ nodes, guests, storages }, { version }] = await Promise.all([pve.inventory(), pve.version()]);
    const lines = nodeLines(nodes, guests);
    const hidden = lines.length - MOST_NODES;
    return record({
      title: `Cluster ${pve.cluster}`,
      fields: {
        version,
        nodes: lines.slice(0, MOST_NODES),
        vms: guestCounts(guests.filter(({ kind, template }) => kind === "qemu" && !template)),
        containers: guestCounts(guests.filter(({ kind, template }) => kind === "lxc" && !template)),
        templates: guests.filter(({ template }) => template).length,
        storages: storageLines(storages),
      },
      ...unseenIn({ nodes }),
      ...(hidden > 0 ? { note: `${hidden} more nodes: proxmox_node_list shows them.` } : {}),
    });
  },
});

function guestCounts(guests: readonly Guest[]): Record<string, number> {
  return { total: guests.length, ...countBy(guests, ({ status }) => status) };
}
