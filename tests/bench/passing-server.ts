/**
 * The least that `proxmox_vm_get` can be with this SDK and undici: two requests, their answers passed on as
 * they came, nothing checked, masked, recorded or shaped. It shows how far the protocol alone is from undici.
 */
import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { CallToolRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { rawClient } from "./raw-client.ts";

const raw = await rawClient(process.env);
const server = new Server({ name: "passing", version: "0" }, { capabilities: { tools: {} } });
server.setRequestHandler(CallToolRequestSchema, async ({ params }) => {
  const place = raw.vms.find(({ vmid }) => vmid === params.arguments?.vmid);
  if (place === undefined) throw new Error("no such VM");
  return { content: [{ type: "text", text: JSON.stringify(await raw.once(place)) }] };
});
process.stdin.once("end", () => process.exit(0));
await server.connect(new StdioServerTransport());
