import { countBy, defineTool, nodeName, record, Type } from "../../sdk/index.ts";
import { type NodeStatus, STATUS_UNITS, statusFields } from "./node-status.ts";

export const nodeGet = defineTool({
  name: "proxmox_node_get",
  title: "Look at a node",
  describe:
    "One node in detail: versions, processor, load, memory, root disk, uptime, its guests and storages.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /nodes/{node}/status"],
  input: Type.Object({ node: nodeName() }),
  async read({ node }, pve) {
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
      return record({ title, fields: { ...summary, ...around }, unseen });
    }
    const status = await pve.get<NodeStatus>("/nodes/{node}/status", { node });
    return record({
      title,
      fields: { node, status: summary.status, ...statusFields(status), ...around },
      units: STATUS_UNITS,
    });
  },
});
