import { defineTool, record } from "proxmox-mcp/sdk";

export const nodeGreet = defineTool({
  name: "hello_node_greet",
  title: "Greet a node",
  describe: "Greets a node and tells since when it has been up and on which kernel it runs.",
  risk: "read",
  uses: ["GET /nodes/{node}/status"],
  input: {
    type: "object",
    properties: { node: { type: "string", description: "Name of the node" } },
    required: ["node"],
  },
  async read({ node }, pve) {
    await pve.node(node);
    const status = await pve.get("/nodes/{node}/status", { node });
    return record({
      title: `Hello, ${node}!`,
      fields: { uptime: status.uptime, kernel: status["current-kernel"]?.release },
      units: { uptime: "seconds" },
    });
  },
});
