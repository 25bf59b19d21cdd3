import { describe, expect, test } from "@jest/globals";
import { lackingUses } from "../../../kernel/policy/versions.ts";
import type { DefinedTool } from "../../../sdk/tool.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

const ONLY_IN_9 = "GET /cluster/ha/rules";

function lacking(uses: DefinedTool["uses"], release?: string): readonly string[] {
  return lackingUses({ uses }, release === undefined ? undefined : loadCatalog(release));
}

describe("what a release lacks of a tool", () => {
  test("is each required endpoint that it does not have", () => {
    const uses: DefinedTool["uses"] = ["GET /version", ONLY_IN_9, "GET /cluster/mapping/pci"];
    expect(lacking(uses, "9.2")).toEqual([]);
    expect(lacking(uses, "8.4")).toEqual([ONLY_IN_9]);
    expect(lacking(uses, "7.4")).toEqual([ONLY_IN_9, "GET /cluster/mapping/pci"]);
  });

  test("is nothing while it is unknown", () => {
    expect(lacking([ONLY_IN_9])).toEqual([]);
  });

  test("leaves out what is optional and what is no endpoint", () => {
    expect(lacking([{ use: ONLY_IN_9, optional: true }, "any", "cli:qm set", "guest:exec"], "7.4")).toEqual(
      [],
    );
  });
});
