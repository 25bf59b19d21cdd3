/**
 * A small MCP server on stdio for testing the kit itself, without our kernel: its one tool
 * sets a node's description on the cluster, and asks a human first where it is told to.
 */
import { request } from "node:https";
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import {
  CallToolRequestSchema,
  ElicitResultSchema,
  ListToolsRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";

const env = process.env;
const TOOL = "test_description_set";

function put(path, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: env.PROXMOX_HOST,
        port: env.PROXMOX_API_PORT,
        method: "PUT",
        path: `/api2/json${path}`,
        rejectUnauthorized: false,
        headers: {
          authorization: `PVEAPIToken=${env.PROXMOX_API_TOKEN_USER}@${env.PROXMOX_API_TOKEN_REALM}!${env.PROXMOX_API_TOKEN_ID}=${env.PROXMOX_API_TOKEN_SECRET}`,
          "content-type": "application/x-www-form-urlencoded",
        },
      },
      (answer) => answer.resume().on("end", () => resolve(answer.statusCode)),
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

function error(code) {
  return { isError: true, content: [{ type: "text", text: `Error ${code}: refused by the test server` }] };
}

const server = new Server({ name: "test", version: "1" }, { capabilities: { tools: {} } });
server.setRequestHandler(ListToolsRequestSchema, () => ({
  tools: [{ name: TOOL, inputSchema: { type: "object" } }],
}));
server.setRequestHandler(CallToolRequestSchema, async ({ params: { name, arguments: args = {} } }, extra) => {
  if (name !== TOOL || typeof args.description !== "string") return error("invalid_input");
  if (env.PROXMOX_MCP_ACCESS === "read") return error("denied");
  if (env.PROXMOX_MCP_CONFIRM !== "none") {
    const requestedSchema = { type: "object", properties: { confirm: { type: "boolean" } } };
    const params = { message: "Shall I?", requestedSchema };
    const answer = await extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema);
    if (answer.content?.confirm !== true) return error("declined");
  }
  if (args.dryRun !== true) {
    const status = await put("/nodes/pve1/config", `description=${encodeURIComponent(args.description)}`);
    if (status !== 200) return error("upstream");
  }
  return { content: [{ type: "text", text: `set to ${args.description}` }] };
});
await server.connect(new StdioServerTransport());
