import { describe, expect, test } from "@jest/globals";
import { Compile } from "typebox/schema";
import { bridgeName, defaulted, guestRef, nodeName, storageName, Type } from "../../sdk/index.ts";

const shown = (schema: object): unknown => JSON.parse(JSON.stringify(schema));

describe("inputs", () => {
  test("a guest by number or name", () => {
    const check = Compile(guestRef());
    for (const ref of [100, 999_999_999, "web1", "100"]) expect(check.Check(ref)).toBe(true);
    for (const ref of [99, 1_000_000_000, "", 1.5, true]) expect(check.Check(ref)).toBe(false);
  });

  test("names hold what Proxmox holds", () => {
    expect(Compile(nodeName()).Check("pve-1")).toBe(true);
    for (const name of ["", "../etc", "a/b", "-a", "a b"])
      expect(Compile(nodeName()).Check(name)).toBe(false);
    expect(Compile(storageName()).Check("local-lvm")).toBe(true);
    expect(Compile(storageName()).Check("x")).toBe(false);
  });

  test("defaults of the operator are marked, none otherwise", () => {
    expect(shown(nodeName({ default: "node", description: "Where" }))).toMatchObject({
      "x-default": "node",
      description: "Where",
    });
    expect(shown(nodeName())).not.toHaveProperty("x-default");
    expect(shown(bridgeName())).toMatchObject({ "x-default": "bridge" });
    expect(shown(storageName({ default: "vmStorage" }))).toMatchObject({ "x-default": "vmStorage" });
  });

  test("a marked property stays what it was inside an object", () => {
    const schema = Type.Object({ a: Type.Optional(defaulted("bridge", Type.String())), b: Type.String() });
    expect(shown(schema)).toMatchObject({
      properties: { a: { type: "string", "x-default": "bridge" } },
      required: ["b"],
    });
  });
});
