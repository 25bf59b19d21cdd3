import { describe, expect, test } from "@jest/globals";
import type { DocumentedPlugin } from "../../docs/generate/plugins.ts";
import { privilegePage } from "../../docs/generate/privilege-page.ts";
import { endpointAnchor, hasFurther, privilegesText } from "../../docs/generate/privileges.ts";
import { defineTool, Type } from "../../sdk/index.ts";
import { loadCatalog } from "../../vendor/pve-docs/index.ts";

const KEY = "POST /nodes/{node}/qemu";

const tool = defineTool({
  name: "proxmox_thing_make",
  title: "Make a thing",
  describe: "Makes a thing.",
  risk: "write",
  uses: [KEY, { use: "GET /nodes", optional: true }],
  input: Type.Object({}),
  plan: async () => [],
});

const plugin: DocumentedPlugin = {
  id: "thing",
  title: "Things",
  grants: ["rest:write"],
  tools: [{ tool, plugin: "thing", lowest: "write", evidence: [], validation: () => undefined }],
};

describe("the page of privileges", () => {
  const page = String(privilegePage([plugin]).render());

  test("says per plugin and release what is always needed and what besides", () => {
    expect(page).toMatch(/\| `thing` \| 9\.2 \| `\/vms\/\{vmid\}`: `VM\.Allocate` \|.*`SDN\.Use`/);
    expect(page.split("\n").find((line) => line.startsWith("| `thing` | 7.4 |"))).not.toContain("SDN.Use");
  });

  test("has a chapter for each endpoint whose code was read, with source and releases", () => {
    expect(page).toContain(`### \`${KEY}\``);
    expect(page).toContain("Read from qemu-server, src/PVE/API2/Qemu.pm");
    expect(page).toMatch(/\| `VM\.Allocate` on `\/vms\/\{vmid\}` or `\/pool\/\{pool\}` \| all \|/);
    expect(page).toMatch(/`VM\.PowerMgmt` on `\/vms\/\{vmid\}`.*\(only with start\) \| 9\.2 \|/);
    expect(page).toMatch(
      /`Sys\.Audit` on `\/nodes\/\{node\}` \(for a node's figures; left out otherwise\) \| all \|/,
    );
  });
});

test("tables of tools name what any call takes, and where the rest is", () => {
  const catalog = loadCatalog("9.2");
  expect(privilegesText(catalog, KEY)).toBe("`VM.Allocate` on `/vms/{vmid}` or `/pool/{pool}`");
  expect(hasFurther(catalog, KEY)).toBe(true);
  expect(hasFurther(catalog, "GET /version")).toBe(false);
  expect(endpointAnchor("PUT /nodes/{node}/qemu/{vmid}/move_disk")).toBe("put-nodesnodeqemuvmidmove_disk");
});
