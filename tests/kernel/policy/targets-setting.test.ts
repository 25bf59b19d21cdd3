import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { protections } from "../../../kernel/policy/targets-setting.ts";
import { ParseFault } from "../../../kernel/settings/errors.ts";

describe("PROXMOX_MCP_PROTECT", () => {
  test("takes VMIDs, ranges, tags, pools and nodes, also for one cluster", () => {
    expect(protections("100, 200-299;tag:prod\npool:a/b,node:pve1,lab/7")).toEqual([
      { text: "100", kind: "vmid", from: 100, to: 100 },
      { text: "200-299", kind: "vmid", from: 200, to: 299 },
      { text: "tag:prod", kind: "tag", name: "prod" },
      { text: "pool:a/b", kind: "pool", name: "a/b" },
      { text: "node:pve1", kind: "node", name: "pve1" },
      { text: "lab/7", cluster: "lab", kind: "vmid", from: 7, to: 7 },
    ]);
  });

  test.each([
    ["", "names nothing"],
    [" , ", "names nothing"],
    ["web1", '"web1"'],
    ["100-", '"100-"'],
    ["300-200", "ends before it begins"],
    ["tag:", '"tag:"'],
    ["storage:x", '"storage:x"'],
    ["100, tag prod", '"tag prod"'],
  ])("refuses %j", (text, why) => {
    expect(() => protections(text)).toThrow(ParseFault);
    expect(() => protections(text)).toThrow(why);
  });

  test("throws nothing but its own fault, and what it takes keeps its words", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          const items = protections(text);
          expect(protections(items.map((item) => item.text).join(","))).toEqual(items);
        } catch (fault) {
          expect(fault).toBeInstanceOf(ParseFault);
        }
      }),
    );
  });
});
