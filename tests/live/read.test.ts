/**
 * Looks at a real cluster through the built server: reads only, nothing is changed. Runs with
 * `npm run test:live`, ENABLE_LIVE_PROXMOX_TESTS=1 and the PROXMOX_* settings of that cluster.
 */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Bench, type Session } from "../e2e/support.ts";

const bench = new Bench();
let session: Session;

beforeAll(async () => {
  if (process.env.ENABLE_LIVE_PROXMOX_TESTS !== "1" || !process.env.PROXMOX_HOST) {
    throw new Error(
      "Set ENABLE_LIVE_PROXMOX_TESTS=1, PROXMOX_HOST and a token that may look (PVEAuditor on /).",
    );
  }
  const settings = Object.entries(process.env).filter(([name]) => name.startsWith("PROXMOX_"));
  const env: Record<string, string> = Object.fromEntries(settings.map(([name, value = ""]) => [name, value]));
  session = await bench.server({ ...env, PROXMOX_MCP_ACCESS: "read" });
});
afterAll(() => bench.close());

describe("a real cluster", () => {
  test("is reached and says its version", async () => {
    const { text, isError } = await session.call("proxmox_capabilities");
    expect(isError).toBe(false);
    expect(text).toMatch(/Proxmox VE \d+\.\d+/);
  });

  test.each([
    "proxmox_inventory_overview",
    "proxmox_cluster_status",
    "proxmox_node_list",
    "proxmox_vm_list",
    "proxmox_vm_template_list",
    "proxmox_task_list",
  ])("%s answers", async (tool) => {
    expect(await session.call(tool)).toMatchObject({ isError: false });
  });

  test("shows a VM that it lists", async () => {
    const { text } = await session.call("proxmox_vm_list", { limit: 1 });
    const vmid = /^(\d{3,9})\t/m.exec(text)?.[1];
    if (vmid === undefined) return expect(text).toContain("0 VMs");
    return expect(await session.call("proxmox_vm_get", { vmid: Number(vmid) })).toMatchObject({
      isError: false,
    });
  });
});
