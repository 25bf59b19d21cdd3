import { countBy, defineTool, listing, Type, unseenIn } from "../../sdk/index.ts";

const nodesOf = listing({
  of: "nodes",
  columns: [
    { key: "node" },
    { key: "status" },
    { key: "cpu", unit: "percent" },
    { key: "maxcpu", unit: "count", title: "cores" },
    { key: "mem", unit: "bytes" },
    { key: "maxmem", unit: "bytes" },
    { key: "disk", unit: "bytes", optional: true },
    { key: "maxdisk", unit: "bytes", optional: true },
    { key: "uptime", unit: "seconds" },
    { key: "guests", unit: "count" },
  ],
  filters: ["status", "text"],
  counted: ["status"],
});

export const nodeList = defineTool({
  name: "proxmox_node_list",
  title: "List nodes",
  describe: "Nodes of the cluster: status, load, memory, uptime, number of guests.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object(nodesOf.inputs),
  result: nodesOf.result,
  async read(view, pve) {
    const { nodes, guests } = await pve.inventory();
    const perNode = countBy(guests, ({ node }) => node);
    const rows = nodes.map(({ level: _level, ...node }) => ({ ...node, guests: perNode[node.node] ?? 0 }));
    return nodesOf.rows(rows, view, unseenIn({ nodes }));
  },
});
