import { describe, expect, test } from "@jest/globals";
import { Type } from "typebox";
import { type InputSettings, withCommonInputs } from "../../../kernel/call/common-inputs.ts";
import { listedSchema } from "../../../kernel/call/listed-schema.ts";
import { featured } from "../../../sdk/featured.ts";
import { fromApi } from "../../../sdk/from-api.ts";
import { guestRef, listedAs, nodeName } from "../../../sdk/inputs.ts";
import { SETTINGS } from "./harness.ts";

function listed(input: object, kind: "read" | "change" = "read", settings: InputSettings = SETTINGS) {
  return listedSchema(input, withCommonInputs(input, kind, settings));
}

describe("a listed schema", () => {
  test("has neither bounds nor patterns, and choices only while they are few", () => {
    const input = Type.Object({
      vmid: guestRef(),
      node: Type.Optional(nodeName({ description: "Where" })),
      limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
      action: Type.Union([Type.Literal("start"), Type.Literal("stop")]),
      disk: Type.Optional(
        Type.Unsafe({ type: "string", enum: Array.from({ length: 40 }, (_, n) => `d${n}`) }),
      ),
    });
    expect(listed(input)).toEqual({
      type: "object",
      properties: {
        vmid: { type: ["integer", "string"] },
        node: { type: "string", description: "Where" },
        limit: { type: "integer" },
        action: { type: "string", enum: ["start", "stop"] },
        disk: { type: "string" },
      },
      required: ["vmid", "action"],
      additionalProperties: false,
    });
  });

  test("shows a property in its shorter form, with the operator's default", () => {
    const input = Type.Object({
      bridge: Type.Optional(
        listedAs(Type.String({ "x-default": "bridge", minLength: 1 }), {
          type: "string",
          description: "short",
        }),
      ),
    });
    expect(listed(input).properties).toEqual({
      bridge: { type: "string", description: "short", default: "vmbr0" },
    });
  });

  test("tells of a change tool only dryRun among the common inputs, and does not claim to be whole", () => {
    const schema = listed(Type.Object({}), "change");
    expect(schema.properties).toEqual({ dryRun: { type: "boolean" } });
    expect(schema).not.toHaveProperty("additionalProperties");
  });

  test("shows what is featured, and names what else is taken", () => {
    const input = featured(Type.Object({ a: Type.String(), b: Type.Optional(Type.String()) }), ["a"]);
    expect(listed(input)).toEqual({
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      description: "Also b",
    });
  });

  test("of an endpoint's many parameters shows the featured, one of a family by a number", () => {
    const input = fromApi("POST /nodes/{node}/qemu/{vmid}/config", {
      without: ["node"],
      featured: ["cores", "net0"],
      describe: { "net[n]": "Such as virtio" },
      extra: { vmid: guestRef() },
    });
    const full = withCommonInputs(input, "change", SETTINGS);
    expect(listed(input, "change")).toEqual({
      type: "object",
      properties: {
        vmid: { type: ["integer", "string"] },
        cores: { type: "integer" },
        net0: { type: "string", description: "Such as virtio" },
        dryRun: { type: "boolean" },
      },
      required: ["vmid"],
      description: "Also all that POST /nodes/{node}/qemu/{vmid}/config takes",
    });
    expect(full).toMatchObject({ additionalProperties: false, patternProperties: {} });
    expect(JSON.stringify(full)).not.toContain('"x-');
  });

  test("names of several clusters are always shown", () => {
    const [first] = SETTINGS.clusters;
    if (first === undefined) throw new Error("the settings have no cluster");
    const clusters = [first, { ...first, name: "other" }];
    expect(listed(Type.Object({}), "read", { clusters }).properties).toHaveProperty("cluster.enum");
  });
});

test("what an input does not take cannot be featured", () => {
  expect(() => featured(Type.Object({}), ["x"])).toThrow("does not take x");
  expect(() => fromApi("GET /version", { featured: ["nope"] })).toThrow("does not take nope");
});
