import { describe, expect, test } from "@jest/globals";
import { inputsText, typeText } from "../../docs/generate/inputs.ts";
import type { DocumentedPlugin } from "../../docs/generate/plugins.ts";
import { privilegesText } from "../../docs/generate/privileges.ts";
import { pluginPage, toolsIndex } from "../../docs/generate/tools.ts";
import { familyPattern } from "../../sdk/from-api-schema.ts";
import { defineTool, Type } from "../../sdk/index.ts";
import { loadCatalog } from "../../vendor/pve-docs/index.ts";

const tool = defineTool({
  name: "proxmox_thing_change",
  title: "Change a <thing>",
  describe: "Changes a|b.",
  risk: "destructive",
  uses: ["POST /nodes/{node}/qemu/{vmid}/status/stop", { use: "GET /cluster/bulk-action", optional: true }],
  input: Type.Object({ vmid: Type.Integer() }),
  plan: async () => [],
});

const plugin: DocumentedPlugin = {
  id: "thing",
  title: "Things",
  grants: ["rest:read", "rest:write"],
  tools: [
    {
      tool,
      plugin: "thing",
      lowest: "write",
      evidence: [
        {
          where: "lab",
          pve: "9.2",
          at: "2026-01-31",
          digest: "d",
          scenarios: ["changes a thing", "says no"],
        },
      ],
      validation: (release) =>
        release === "9.2"
          ? { status: "lab", evidence: { where: "lab", pve: "9.2", at: "2026-01-31" } }
          : undefined,
    },
  ],
};

describe("a plugin's page", () => {
  test("says what a tool does, its risk, evidence, endpoints and privileges", async () => {
    const page = await pluginPage(plugin).render();
    expect(page).toContain("**Change a \\<thing\\>.** Changes a|b.");
    expect(page).toContain("- Risk: write to destructive\n");
    expect(page).toMatch(/- Validation: 9\.2: lab \(Proxmox VE 9\.2, 2026-01-31\); 8\.4.*: not there\n/);
    expect(page).toContain("| lab | 9.2 | 2026-01-31 | changes a thing; says no |");
    expect(page).toContain(
      "| `POST /nodes/{node}/qemu/{vmid}/status/stop` | destructive | `VM.PowerMgmt` on `/vms/{vmid}` |",
    );
    expect(page).toMatch(
      /\| `GET \/cluster\/bulk-action` \(optional\) \| 9\.2: read<br>8\.4.*: not there \|/,
    );
  });
});

test("the index shows a status for each version", async () => {
  const page = await toolsIndex([plugin], []).render();
  expect(page).toMatch(
    /\| \[`proxmox_thing_change`\]\(tools\/thing\.md#proxmox_thing_change\) \| Change a \\<thing\\> \| write to destructive \| lab \| not there \|/,
  );
});

describe("inputs", () => {
  test.each([
    [{ type: "integer", minimum: 1, maximum: 9 }, "integer 1–9"],
    [{ type: "integer", minimum: 0 }, "integer from 0"],
    [{ enum: ["a", "b"] }, "`a`, `b`"],
    [{ anyOf: [{ const: "a" }, { const: "b" }] }, "`a`, `b`"],
    [{ anyOf: [{ type: "integer" }, { type: "string" }] }, "integer or string"],
    [{ type: "array", items: { type: "string" } }, "list of string"],
    [{ type: "object", properties: { a: {} } }, "object with `a`"],
    [{}, "any value"],
  ])("%j is %s", (schema, words) => {
    expect(typeText(schema)).toBe(words);
  });

  test("name what is required first, the operator's defaults, and families with their highest number", () => {
    const text = inputsText({
      properties: {
        size: { type: "integer", default: 4, description: "In GiB" },
        node: { type: "string", "x-default": "node" },
      },
      required: ["node"],
      patternProperties: { [familyPattern("net[n]", 31)]: { type: "string" } },
    });
    expect(text.split("\n").slice(2, 5)).toEqual([
      "| `node` | string | **required** unless set: `PROXMOX_DEFAULT_NODE` |  |",
      "| `size` | integer | `4` | In GiB |",
      "| `net0…31` | string |  |  |",
    ]);
  });

  test("of many give those without words a row a type", () => {
    const names = Array.from({ length: 40 }, (_, at) => `flag${at}`);
    const properties = Object.fromEntries(names.map((name) => [name, { type: "boolean" }]));
    const text = inputsText({
      properties: { ...properties, memory: { type: "integer", description: "MiB" } },
    });
    expect(text).toContain("| `memory` | integer |  | MiB |");
    expect(text).toContain(`| boolean | ${names.map((name) => `\`${name}\``).join(", ")} |`);
  });

  test("of lists point to what all lists share", () => {
    const view = { fields: {}, sort: {}, limit: {}, cursor: {} };
    expect(inputsText({ properties: view })).toBe(
      "And `fields`, `sort`, `limit`, `cursor`, as [all lists](#lists).\n",
    );
  });
});

describe("privileges", () => {
  const catalog = loadCatalog("9.2");

  test.each([
    ["GET /version", "any signed-in user"],
    ["POST /nodes/{node}/execute", "root@pam alone"],
    ["POST /nodes/{node}/qemu", "`VM.Allocate` on `/vms/{vmid}` or `/pool/{pool}`"],
    ["GET /nodes/{node}/status", "`Sys.Audit` on `/nodes/{node}`"],
  ])("of %s: %s", (key, text) => {
    expect(privilegesText(catalog, key)).toBe(text);
  });

  test("of what does not exist are not there", () => {
    expect(privilegesText(catalog, "GET /nothing")).toBeUndefined();
  });
});
