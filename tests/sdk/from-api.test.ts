import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { Compile } from "typebox/schema";
import { upTo } from "../../sdk/from-api-schema.ts";
import { fromApi, guestRef, type Static, Type } from "../../sdk/index.ts";
import { loadCatalog } from "../../vendor/pve-docs/catalog.ts";

const CLONE = "POST /nodes/{node}/qemu/{vmid}/clone";
const CONFIG = "PUT /nodes/{node}/qemu/{vmid}/config";
const CREATE = "POST /nodes/{node}/qemu";

interface Shape {
  readonly properties: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly patternProperties?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

/** The schema as a client sees it. */
function shown(schema: object): Shape {
  return JSON.parse(JSON.stringify(schema));
}

function accepts(schema: object, value: unknown): boolean {
  return Compile(schema).Check(value);
}

describe("types and bounds", () => {
  const clone = fromApi(CLONE);

  test("path values and required parameters are required", () => {
    expect(shown(clone).required?.toSorted()).toEqual(["newid", "node", "vmid"]);
    expect(shown(clone).additionalProperties).toBe(false);
  });

  test("numbers keep their range, booleans are booleans, enumerations their values", () => {
    expect(shown(clone).properties.newid).toEqual({ type: "integer", minimum: 100, maximum: 999_999_999 });
    expect(shown(clone).properties.full).toEqual({ type: "boolean" });
    expect(shown(clone).properties.format).toEqual({ type: "string", enum: ["raw", "qcow2", "vmdk"] });
  });

  test("lists are arrays or text", () => {
    const { tags } = shown(fromApi(CONFIG, { only: ["tags"] })).properties;
    expect(tags).toEqual({ anyOf: [{ type: "array", items: { type: "string" } }, { type: "string" }] });
  });

  test("property strings name their keys, the one that may stand alone first", () => {
    const net = shown(fromApi(CONFIG)).patternProperties?.["^net([0-9]|[1-2][0-9]|3[0-1])$"];
    expect(net?.type).toBe("string");
    expect(net?.description).toMatch(/^keys: model, bridge, tag, firewall, /);
    expect(net?.description).not.toContain("e1000");
  });

  test("the schema accepts what a call would give, and refuses the rest", () => {
    const config = fromApi(CONFIG, { without: ["node"], extra: { vmid: guestRef() } });
    expect(
      accepts(config, { vmid: "web1", cores: 2, net0: "virtio,bridge=vmbr0", tags: ["a"], onboot: true }),
    ).toBe(true);
    expect(accepts(config, { vmid: 100, net32: "virtio" })).toBe(false);
    expect(accepts(config, { vmid: 100, net01: "virtio" })).toBe(false);
    expect(accepts(config, { vmid: 100, cores: 0 })).toBe(false);
    expect(accepts(config, { vmid: 100, bogus: 1 })).toBe(false);
    expect(accepts(config, { cores: 1 })).toBe(false);
  });

  test("every endpoint makes a schema that compiles", () => {
    for (const { method, path } of loadCatalog().endpoints) {
      const schema = fromApi(`${method} ${path}` as `${typeof method} /${string}`);
      expect(() => Compile(schema)).not.toThrow();
    }
  });
});

describe("what is left out", () => {
  test("digests, locks and what only root may set", () => {
    const names = Object.keys(shown(fromApi(CONFIG)).properties);
    for (const name of ["digest", "skiplock", "lock", "args", "hookscript", "arch"])
      expect(names).not.toContain(name);
    expect(Object.keys(shown(fromApi(CONFIG)).patternProperties ?? {}).join()).not.toContain("parallel");
    expect(names).toContain("cores");
  });

  test("parameters above the tool's risk, unless the risk or their name allows them", () => {
    expect(shown(fromApi(CREATE)).properties).not.toHaveProperty("archive");
    expect(shown(fromApi(CREATE)).properties).not.toHaveProperty("force");
    expect(shown(fromApi(CREATE, { named: ["archive"] })).properties).toHaveProperty("archive");
    expect(shown(fromApi(CREATE, { named: ["archive"] })).properties).not.toHaveProperty("force");
    expect(shown(fromApi(CREATE, { risk: "destructive" })).properties).toHaveProperty("force");
  });

  test("a parameter that the author describes is kept", () => {
    expect(
      shown(fromApi(CONFIG, { describe: { digest: "of the config" } })).properties.digest?.description,
    ).toBe("of the config");
  });

  test("only keeps the named ones and the path", () => {
    expect(Object.keys(shown(fromApi(CLONE, { only: ["newid"] })).properties).toSorted()).toEqual([
      "newid",
      "node",
      "vmid",
    ]);
  });
});

describe("what the author changes", () => {
  test("extra inputs replace parameters of the same name", () => {
    const schema = shown(fromApi(CLONE, { without: ["node"], extra: { vmid: guestRef() } }));
    expect(schema.properties.vmid).toHaveProperty("anyOf");
    expect(schema.required?.toSorted()).toEqual(["newid", "vmid"]);
  });

  test("require and optional turn what the API says", () => {
    const schema = shown(fromApi(CLONE, { require: ["name"], optional: ["newid"] }));
    expect(schema.required?.toSorted()).toEqual(["name", "node", "vmid"]);
  });

  test("defaults mark the property for the operator's settings", () => {
    const schema = shown(fromApi(CREATE, { defaults: { node: "node" } }));
    expect(schema.properties.node).toMatchObject({ type: "string", "x-default": "node" });
  });

  test("unknown endpoints and parameters are the author's mistakes, named", () => {
    expect(() => fromApi("POST /nope")).toThrow("POST /nope");
    expect(() => fromApi(CLONE, { describe: { nwid: "" } })).toThrow("nwid");
    expect(() => fromApi(CLONE, { without: ["nod"] })).toThrow("nod");
  });

  test("static types follow the path and the extra inputs", () => {
    const schema = fromApi(CLONE, {
      without: ["node"],
      extra: { vmid: guestRef(), note: Type.Optional(Type.String()) },
    });
    const input: Static<typeof schema> = { vmid: "web1", newid: 101, full: true };
    const vmid: number | string = input.vmid;
    const note: string | undefined = input.note;
    expect([vmid, note]).toEqual(["web1", undefined]);
    // @ts-expect-error a guest reference is no boolean
    const wrong: Static<typeof schema> = { vmid: true };
    expect(wrong).toBeDefined();
  });
});

test("the pattern of indexes takes exactly the numbers up to the highest", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 0, max: 1500 }), (max, number) => {
      const pattern = new RegExp(`^(${upTo(max)})$`);
      expect(pattern.test(String(number))).toBe(number <= max);
      expect(pattern.test(`0${number}`)).toBe(false);
    }),
  );
});
