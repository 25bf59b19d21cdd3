import { describe, expect, test } from "@jest/globals";
import { expose, type KnownCluster } from "../../../kernel/host/exposure.ts";
import type { ToolValidation } from "../../../kernel/host/types.ts";
import { recordSchema } from "../../../sdk/result-schemas.ts";
import { record } from "../../../sdk/results.ts";
import { defineTool } from "../../../sdk/tool.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { SETTINGS } from "./harness.ts";

const tool = defineTool({
  name: "hello_rules",
  title: "Rules",
  describe: "Lists the rules.",
  risk: "read",
  uses: ["GET /cluster/ha/rules"],
  input: { type: "object", properties: {} },
  result: recordSchema(),
  read: async () => record({ title: "Rules", fields: {} }),
});

const candidate = {
  plugin: "hello",
  tool,
  grants: ["rest:read"],
  lowest: "read",
  highest: "read",
  inputSchema: {},
  listedSchema: {},
} as const;

function clusters(...named: readonly [string, string | undefined][]): KnownCluster[] {
  return named.map(([name, release]) => ({ name, catalog: release ? loadCatalog(release) : undefined }));
}

/** Evidence that counts for one release alone. */
function only(release: string) {
  return (catalog: { readonly release: string } | undefined): ToolValidation =>
    catalog === undefined || catalog.release === release
      ? { status: "lab" }
      : { status: "experimental", reason: `it differs in ${catalog.release}` };
}

describe("a tool on several clusters", () => {
  const everywhere = { ...candidate, tool: { ...tool, uses: ["GET /version"] as const } };

  test("is shown by the best of them, and withheld where its evidence does not count", () => {
    const shown = expose(
      everywhere,
      SETTINGS,
      clusters(["old", "7.4"], ["new", "9.2"], ["far", undefined]),
      only("9.2"),
    );
    expect(shown.hidden).toBeUndefined();
    expect(shown.validation).toEqual({ status: "lab" });
    expect([...(shown.withheld ?? [])]).toEqual([
      [
        "old",
        {
          why: "it is experimental, and tools are shown from lab on: it differs in 7.4",
          show: "PROXMOX_MCP_MIN_VALIDATION=experimental would show it.",
        },
      ],
    ]);
  });

  test("is hidden, not withheld, where it counts for none", () => {
    const shown = expose(everywhere, SETTINGS, clusters(["old", "7.4"], ["other", "8.4"]), only("9.2"));
    expect(shown.hidden?.why).toContain("it is experimental");
    expect(shown.withheld).toBeUndefined();
  });

  test("is neither where the evidence counts everywhere", () => {
    const shown = expose(everywhere, SETTINGS, clusters(["a", "9.2"], ["b", "9.2"]), only("9.2"));
    expect(shown).not.toHaveProperty("hidden");
    expect(shown).not.toHaveProperty("withheld");
  });

  test("is not judged on a cluster that lacks what it uses: that is told by the call", () => {
    const shown = expose(candidate, SETTINGS, clusters(["old", "8.4"], ["new", "9.2"]), only("9.2"));
    expect(shown).not.toHaveProperty("hidden");
    expect(shown).not.toHaveProperty("withheld");
  });
});
