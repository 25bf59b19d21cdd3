import { describe, expect, test } from "@jest/globals";
import { explainEmpty } from "../../../kernel/privileges/unseen.ts";
import { list, record } from "../../../sdk/results.ts";
import type { DefinedTool } from "../../../sdk/tool.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

const { signal } = new AbortController();
const COLUMNS = [{ key: "vmid" }];

function clusterOf(held: unknown) {
  return {
    catalog: async () => loadCatalog("9.2"),
    rest: { read: async () => (held instanceof Error ? Promise.reject(held) : held) } as never,
  };
}

function toolOf(...uses: string[]): { readonly tool: DefinedTool } {
  // Nothing but the uses is looked at.
  return { tool: { uses } as unknown as DefinedTool };
}

const NOTHING = {};

describe("an empty list", () => {
  const empty = list({ of: "VMs", columns: COLUMNS, rows: [] });

  test("says which right the account lacks to see anything on it", async () => {
    const told = await explainEmpty(empty, toolOf(), clusterOf(NOTHING), signal);
    expect(told).toMatchObject({
      unseen: [
        "the account may lack the right to see: it has nowhere VM.Audit on /vms/{vmid} (of each guest)",
      ],
    });
  });

  test("of an endpoint of the tool's own says so as well", async () => {
    const tasks = list({ of: "tasks", columns: COLUMNS, rows: [] });
    const told = await explainEmpty(tasks, toolOf("GET /nodes/{node}/tasks"), clusterOf(NOTHING), signal);
    expect(told).toMatchObject({ unseen: [expect.stringContaining("Sys.Audit on /nodes/{node}")] });
  });

  test.each([
    ["the account may see", { "/vms": { "VM.Audit": 1 } }],
    ["its rights cannot be read", new Error("down")],
  ])("stays as it is where %s", async (_, held) => {
    expect(await explainEmpty(empty, toolOf(), clusterOf(held), signal)).toBe(empty);
  });
});

test("what is not an empty list is not touched, and nothing is asked for it", async () => {
  const cluster = {
    ...clusterOf(NOTHING),
    rest: { read: () => Promise.reject(new Error("asked")) } as never,
  };
  const full = list({ of: "VMs", columns: COLUMNS, rows: [{ vmid: 100 }] });
  const one = record({ title: "VM 100", fields: { vmid: 100 } });
  for (const result of [full, one, undefined, "text"]) {
    expect(await explainEmpty(result, toolOf(), cluster, signal)).toBe(result);
  }
});
