import { countBy, defineTool, list, Type } from "../../sdk/index.ts";

export const nodeList = defineTool({
  name: "proxmox_node_list",
  title: "List nodes",
  describe: "Nodes of the cluster with state, load, memory, root disk, uptime and number of guests.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object({
    status: Type.Optional(
      Type.Union([Type.Literal("online"), Type.Literal("offline"), Type.Literal("unknown")], {
        description: "Only nodes in this state",
      }),
    ),
  }),
  async read({ status }, pve) {
    const { nodes, guests } = await pve.inventory();
    const perNode = countBy(guests, ({ node }) => node);
    const shown = nodes.filter((node) => status === undefined || node.status === status);
    return list({
      of: "nodes",
      columns: [
        { key: "node" },
        { key: "status" },
        { key: "cpu", unit: "percent" },
        { key: "maxcpu", unit: "count", title: "cores" },
        { key: "mem", unit: "bytes" },
        { key: "maxmem", unit: "bytes" },
        { key: "disk", unit: "bytes" },
        { key: "maxdisk", unit: "bytes" },
        { key: "uptime", unit: "seconds" },
        { key: "guests", unit: "count" },
      ],
      rows: shown.map((node) => ({ ...node, guests: perNode[node.node] ?? 0 })),
      counts: { status: countBy(nodes, (node) => node.status) },
    });
  },
});
