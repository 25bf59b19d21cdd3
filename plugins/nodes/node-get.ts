import { countBy, defineTool, details, nodeName, Type } from "../../sdk/index.ts";
import { type NodeStatus, STATUS_COLUMNS, statusFields } from "./node-status.ts";

const nodeOf = details([
  { key: "node" },
  { key: "status" },
  ...STATUS_COLUMNS,
  { key: "guests", type: "object" },
  { key: "storages", type: "array" },
]);

export const nodeGet = defineTool({
  name: "proxmox_node_get",
  title: "Look at a node",
  describe: "One node: versions, processor, load, memory, root disk, uptime, guests, storages.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /nodes/{node}/status"],
  input: Type.Object({ node: nodeName(), ...nodeOf.inputs }),
  result: nodeOf.result,
  async read({ node, ...view }, pve) {
    const summary = await pve.node(node);
    const { guests, storages } = await pve.inventory();
    const own = guests.filter((guest) => guest.node === node);
    const around = {
      guests: { total: own.length, ...countBy(own, (guest) => (guest.template ? "template" : guest.status)) },
      storages: storages
        .filter((storage) => storage.node === node)
        .map(({ storage, status }) => ({ storage, status })),
    };
    const title = `Node ${node}`;
    if (summary.status !== "online") {
      const unseen = [`versions, processor and load: the node is ${summary.status}`];
      return nodeOf.record({ title, fields: { node, status: summary.status, ...around }, unseen }, view);
    }
    const status = await pve.get<NodeStatus>("/nodes/{node}/status", { node });
    const fields = { node, status: summary.status, ...statusFields(status), ...around };
    return nodeOf.record({ title, fields, defaults: { swapUsed: 0, swapTotal: 0 } }, view);
  },
});
