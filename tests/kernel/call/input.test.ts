import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Type } from "typebox";
import { COMMON_INPUT_NAMES, withCommonInputs } from "../../../kernel/call/common-inputs.ts";
import { describeSchema } from "../../../kernel/call/describe-schema.ts";
import { describeFaults } from "../../../kernel/call/input-faults.ts";
import { SchemaChecks } from "../../../kernel/call/schema-checks.ts";
import { editDistance, nearest } from "../../../kernel/call/suggest.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { SETTINGS } from "./harness.ts";

const checks = new SchemaChecks(createRedactor());

const SCHEMA = {
  type: "object",
  properties: {
    vmid: {
      anyOf: [
        { type: "integer", minimum: 100, maximum: 999999999 },
        { type: "string", pattern: "^[a-z]" },
      ],
    },
    mode: { enum: ["full", "linked"] },
    size: { type: "integer", minimum: 1 },
    disks: {
      type: "array",
      items: {
        type: "object",
        properties: { slot: { type: "string" } },
        required: ["slot"],
        additionalProperties: false,
      },
    },
    cipassword: { type: "string", minLength: 5 },
  },
  required: ["vmid", "mode"],
  additionalProperties: false,
};

describe("input faults", () => {
  test("every fault is named at once, with what is accepted", async () => {
    const faults = await checks.faults(SCHEMA, {
      vmid: 5,
      size: "big",
      disks: [{ slot: "scsi0" }, { slot: 3 }, {}],
      sized: 1,
      zzz: 1,
      a: 1,
      b: 1,
      c: 1,
      d: 1,
      e: 1,
    });
    const text = describeFaults(faults);
    expect(faults.map(({ field }) => field)).toEqual([
      "mode",
      "vmid",
      "size",
      "disks[1].slot",
      "disks[2].slot",
      "sized",
      "zzz",
      "a",
      "b",
      "c",
      "d",
      "e",
    ]);
    expect(text).toContain("mode: is missing; expects one of full, linked");
    expect(text).toContain(
      "vmid: got 5; expects an integer from 100 to 999999999, or a text matching ^[a-z]",
    );
    expect(text).toContain('size: got "big"; expects an integer from 1');
    expect(text).toContain("did you mean size?");
  });

  test("a secret is never echoed", async () => {
    const faults = await checks.faults(SCHEMA, { vmid: 100, mode: "full", cipassword: "hunt" });
    expect(describeFaults(faults)).not.toContain("hunt");
    expect(faults).toHaveLength(1);
  });

  test("families of names are judged by their own schema", async () => {
    const schema = {
      type: "object",
      properties: { vmid: { type: "integer" } },
      patternProperties: { "^net([0-9]|[1-2][0-9]|3[0-1])$": { type: "string" } },
      additionalProperties: false,
    };
    const faults = await checks.faults(schema, { net0: "virtio", net1: 5, net32: "x", ney0: "x" });
    expect(faults.map(({ field }) => field)).toEqual(["net1", "net32", "ney0"]);
    expect(describeFaults(faults)).toContain("net1: got 5; expects a text");
    expect(describeFaults(faults)).toContain("net32: is no argument of this tool; did you mean net[n]?");
  });

  test("valid input has no faults", async () => {
    expect(await checks.faults(SCHEMA, { vmid: 100, mode: "full" })).toEqual([]);
  });

  test("whatever is given, it never throws, and answers faults exactly when the schema refuses", async () => {
    const own = { ...SCHEMA };
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.anything(),
          fc.record({ vmid: fc.anything(), mode: fc.anything(), disks: fc.anything() }),
        ),
        async (value) => {
          const faults = await checks.faults(own, value);
          expect(typeof describeFaults(faults)).toBe("string");
          if (typeof value !== "object" || value === null || !("mode" in value)) {
            expect(faults.length).toBeGreaterThan(0);
          }
        },
      ),
    );
  });

  test("describing any schema answers a text", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (schema) => {
        expect(describeSchema(schema).length).toBeGreaterThan(0);
      }),
    );
  });
});

describe("common inputs", () => {
  const own = Type.Object({
    vmid: Type.Integer(),
    node: Type.String({ "x-default": "node" }),
    bridge: Type.String({ "x-default": "bridge" }),
  });

  test("a change tool takes them all, a read tool none", () => {
    const change = withCommonInputs(own, "change", SETTINGS);
    const read = withCommonInputs(own, "read", SETTINGS);
    expect(Object.keys(change.properties as object)).toEqual([
      "vmid",
      "node",
      "bridge",
      "dryRun",
      "waitMode",
      "timeoutMs",
      "pollIntervalMs",
    ]);
    expect(Object.keys(read.properties as object)).toEqual(["vmid", "node", "bridge"]);
    expect(COMMON_INPUT_NAMES).toContain("cluster");
  });

  test("a default that is set is shown and no longer required; marks are gone", () => {
    const schema = withCommonInputs(own, "read", SETTINGS);
    expect(schema.properties).toMatchObject({ bridge: { default: "vmbr0" } });
    expect(schema.required).toEqual(["vmid", "node"]);
    expect(JSON.stringify(schema)).not.toContain("x-default");
    expect(schema.additionalProperties).toBe(false);
  });

  test("the cluster is asked for only where there are several", () => {
    const [one] = SETTINGS.clusters;
    const two = {
      clusters: one ? [one, { ...one, name: "lab", defaults: { ...one.defaults, bridge: "vmbr1" } }] : [],
    };
    const schema = withCommonInputs(own, "read", two);
    expect(schema.properties).toMatchObject({ cluster: { enum: ["pve", "lab"] } });
    expect(schema.properties).not.toMatchObject({ bridge: { default: expect.anything() } });
    expect(schema.required).toEqual(["vmid", "node", "cluster"]);
  });
});

describe("suggestions", () => {
  test("slips and parts of names are found, strangers are not", () => {
    const tools = ["proxmox_vm_list", "proxmox_vm_get", "proxmox_node_list"];
    expect(nearest("proxmox_vm_lsit", tools)[0]).toBe("proxmox_vm_list");
    expect(nearest("vm_list", tools)).toContain("proxmox_vm_list");
    expect(nearest("zzz", tools)).toEqual([]);
    expect(nearest("x".repeat(10_000), tools)).toEqual([]);
  });

  test("the distance is a metric as far as we rely on it", () => {
    const word = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
