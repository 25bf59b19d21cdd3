import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CallToolResultSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const CALLS: readonly (readonly [string, Record<string, unknown>])[] = [
  ["proxmox_capabilities", {}],
  ["proxmox_capabilities", { tool: "proxmox_vm_list" }],
  ["job_list", {}],
  ["proxmox_inventory_overview", {}],
  ["proxmox_cluster_status", {}],
  ["proxmox_node_list", { sort: "-mem", fields: ["node", "mem"] }],
  ["proxmox_node_get", { node: "pve1" }],
  ["proxmox_vm_list", { limit: 1 }],
  ["proxmox_vm_template_list", {}],
  ["proxmox_task_list", {}],
  ["proxmox_api_describe", { search: "clone" }],
  ["proxmox_api_describe", { path: "/version" }],
  ["proxmox_api_call", { method: "GET", path: "/version" }],
  ["proxmox_api_call", { method: "GET", path: "/nodes" }],
  ["proxmox_vm_create", { node: "pve1", memory: 512, dryRun: true }],
];

const bench = new Bench();
let lab: Lab;
beforeAll(async () => {
  lab = await bench.lab();
});
afterAll(() => bench.close());

async function answered(session: Session, name: string, args: Record<string, unknown>) {
  return CallToolResultSchema.parse(await session.client.callTool({ name, arguments: args }));
}

test("answers are text alone, and tools have no output schema, unless the operator wants more", async () => {
  const session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
  const { tools } = await session.client.listTools();
  expect(tools.filter(({ outputSchema }) => outputSchema !== undefined)).toEqual([]);
  expect(await answered(session, "proxmox_vm_list", {})).not.toHaveProperty("structuredContent");
});

test("with the setting every tool tells its output schema, and the client finds each answer true to it", async () => {
  const env = { ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STRUCTURED: "1" };
  const session = await bench.server(env);
  const { tools } = await session.client.listTools();
  expect(tools.filter(({ outputSchema }) => outputSchema?.type !== "object")).toEqual([]);
  for (const [name, args] of CALLS) {
    // The SDK's client throws where structured content is missing or does not match.
    const { structuredContent, content } = await answered(session, name, args);
    expect([name, typeof structuredContent]).toEqual([name, "object"]);
    expect(content).toHaveLength(1);
  }
});

test("an error has no structured content, whatever the setting", async () => {
  const session = await bench.server({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STRUCTURED: "1" });
  await session.client.listTools();
  const refused = await answered(session, "proxmox_vm_get", { vmid: 999_999_999 });
  expect(refused.isError).toBe(true);
  expect(refused).not.toHaveProperty("structuredContent");
});
