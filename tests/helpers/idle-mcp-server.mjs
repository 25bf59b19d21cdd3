/** A small MCP server on stdio that says which process it is, and how many jobs it runs. */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema, ListToolsRequestSchema } from "@modelcontextprotocol/sdk/types.js";

const { JOBS, PROXMOX_MCP_STATE_DIR } = process.env;
const names = ["who", "job_list"];

const server = new Server({ name: "test", version: "1" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: names.map((name) => ({ name, inputSchema: { type: "object" } })),
}));
server.setRequestHandler(CallToolRequestSchema, ({ params: { name } }) =>
  name === "who"
    ? { content: [{ type: "text", text: `${process.pid} ${PROXMOX_MCP_STATE_DIR}` }] }
    : { content: [], structuredContent: { jobs: Array.from({ length: Number(JOBS) }, () => ({})) } },
);
await server.connect(new StdioServerTransport());
