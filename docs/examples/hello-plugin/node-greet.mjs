import { defineTool, details } from "proxmox-mcp/sdk";

const greeting = details([{ key: "uptime", unit: "seconds" }, { key: "kernel" }]);

export const nodeGreet = defineTool({
  name: "hello_node_greet",
  title: "Greet a node",
  describe: "Greets a node and tells since when it has been up and on which kernel it runs.",
  risk: "read",
  uses: ["GET /nodes/{node}/status"],
  input: {
    type: "object",
    properties: { node: { type: "string", description: "Name of the node" }, ...greeting.inputs },
    required: ["node"],
  },
  result: greeting.result,
  async read({ node, ...view }, pve) {
    await pve.node(node);
    const status = await pve.get("/nodes/{node}/status", { node });
    const fields = { uptime: status.uptime, kernel: status["current-kernel"]?.release };
    return greeting.record({ title: `Hello, ${node}!`, fields }, view);
  },
});
