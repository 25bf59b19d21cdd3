import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";
import type { Endpoint, ParamSchema } from "../../../vendor/pve-docs/types.ts";

const catalog = loadCatalog("9.2");

function made(parameters: Readonly<Record<string, ParamSchema>>, additionalProperties?: boolean): Endpoint {
  const open = additionalProperties === undefined ? {} : { additionalProperties };
  return { path: "/x", method: "POST", name: "x", parameters, ...open };
}

function faults(schema: ParamSchema, value: unknown): string | undefined {
  return catalog.check(made({ p: schema }), { p: value })[0]?.message;
}

describe("types", () => {
  test.each([
    ["integer", "5", 5, "+7", "-1", "02"],
    ["number", "1.5", ".5", "5.", "1e3", 2],
    ["boolean", "0", "1", 0, 1, true, false],
    ["string", "", "anything", 5],
  ] as const)("%s takes its own", (type, ...values) => {
    for (const value of values) expect(faults({ type }, value)).toBeUndefined();
  });

  test.each([
    ["integer", "abc", ""],
    ["integer", 1.5, "1.5"],
    ["integer", true, "true"],
    ["boolean", "yes", "yes"],
    ["boolean", 2, "2"],
    ["number", "x", "x"],
  ] as const)("%s refuses %p", (type, value, _shown) => {
    expect(faults({ type }, value)).toBe(`type check ('${type}') failed - got '${String(value)}'`);
  });

  test("a repeated scalar and an object are refused by what they are", () => {
    expect(faults({ type: "integer" }, ["1", "2"])).toBe("type check ('integer') failed - got ARRAY");
    expect(faults({ type: "string" }, { a: 1 })).toBe("type check ('string') failed - got HASH");
  });
});

describe("bounds", () => {
  test("lengths are counted in characters, not in units of UTF-16", () => {
    expect(faults({ type: "string", maxLength: 2 }, "😀😀")).toBeUndefined();
    expect(faults({ type: "string", maxLength: 1 }, "😀😀")).toBe("value may only be 1 characters long");
    expect(faults({ type: "string", minLength: 3 }, "😀😀")).toBe("value must be at least 3 characters long");
  });

  test("ranges include their ends", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (a, b, value) => {
        const [minimum, maximum] = a < b ? [a, b] : [b, a];
        const fault = faults({ type: "integer", minimum, maximum }, value);
        if (value > maximum) expect(fault).toBe(`value must have a maximum value of ${maximum}`);
        else if (value < minimum) expect(fault).toBe(`value must have a minimum value of ${minimum}`);
        else expect(fault).toBeUndefined();
      }),
    );
  });
});

describe("objects", () => {
  test("every fault is named at once: missing, unknown, wrong", () => {
    const endpoint = made({ a: { type: "integer" }, b: { type: "string" } }, false);
    expect(catalog.check(endpoint, { a: "x", c: 1 })).toEqual([
      { param: "a", message: "type check ('integer') failed - got 'x'" },
      { param: "b", message: "property is missing and it is not optional" },
      {
        param: "c",
        message: "property is not defined in schema and the schema does not allow additional properties",
      },
    ]);
  });

  test("unknown names pass where the schema is open, null and undefined count as left out", () => {
    expect(catalog.check(made({}), { c: 1 })).toEqual([]);
    expect(
      catalog.check(made({ a: { type: "integer", optional: true } }, false), { a: null, b: undefined }),
    ).toEqual([]);
  });

  test("names that every object has are names like any other", () => {
    const endpoint = made({ a: { type: "integer", optional: true } }, false);
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      expect(catalog.check(endpoint, { [name]: "1" }).map(({ param }) => param)).toEqual([name]);
    }
  });

  test("indexed names reach to the highest index, without leading zeros", () => {
    const endpoint = made(
      { "net[n]": { type: "string", optional: true, indexed: true, maxIndex: 31 } },
      false,
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 400 }), (index) => {
        expect(catalog.check(endpoint, { [`net${index}`]: "x" })).toHaveLength(index <= 31 ? 0 : 1);
      }),
    );
    for (const name of ["net", "net01", "net-1", "net[n]", "netx0"]) {
      expect(catalog.check(endpoint, { [name]: "x" })).toHaveLength(1);
    }
  });

  test("what another parameter requires is named", () => {
    const endpoint = made({
      force: { type: "boolean", optional: true, requires: "archive" },
      archive: { optional: true },
    });
    expect(catalog.check(endpoint, { force: 1 })).toEqual([
      { param: "archive", message: "missing property required by 'force'" },
    ]);
    expect(catalog.check(endpoint, { force: 1, archive: "a" })).toEqual([]);
  });

  test("array items are named by their place", () => {
    const endpoint = made({ map: { type: "array", items: { type: "integer" } } });
    expect(catalog.check(endpoint, { map: [1, "x"] })).toEqual([
      { param: "map[1]", message: "type check ('integer') failed - got 'x'" },
    ]);
    expect(catalog.check(endpoint, { map: 5 })).toEqual([]);
    expect(catalog.check(endpoint, { map: "" })).toEqual([
      { param: "map", message: "type check ('array') failed" },
    ]);
  });
});

describe("parameters that depend on the object's type", () => {
  const endpoint = made(
    {
      protocol: { type: "string", enum: ["ospf", "bgp"] },
      interfaces: {
        type: "array",
        typeProperty: "protocol",
        oneOf: [
          { instanceTypes: ["ospf"], type: "array", optional: true, items: { type: "string", maxLength: 3 } },
          { instanceTypes: ["bgp"], type: "array", optional: true, items: { type: "string", maxLength: 5 } },
        ],
      },
    },
    false,
  );

  test("only the alternative of that type applies, and without a type none does", () => {
    expect(catalog.check(endpoint, { protocol: "ospf", interfaces: ["abcd"] })).toHaveLength(1);
    expect(catalog.check(endpoint, { protocol: "bgp", interfaces: ["abcd"] })).toEqual([]);
    expect(catalog.check(endpoint, { protocol: "bgp" })).toEqual([]);
  });
});

describe("lists", () => {
  const list = made({ tags: { type: "string", format: "pve-tag-list" } });

  test("commas, semicolons, spaces and arrays are the same", () => {
    for (const tags of ["a,b", "a;b", "a b", ["a", "b"], "", []]) {
      expect(catalog.check(list, { tags })).toEqual([]);
    }
    expect(catalog.check(list, { tags: ["a", "!x"] })[0]?.message).toBe(
      "invalid format - invalid characters in tag\n",
    );
  });
});

describe("property strings", () => {
  const net = made({
    net: {
      type: "string",
      format: {
        model: { type: "string", defaultKey: 1, enum: ["virtio", "e1000"] },
        macaddr: { type: "string", format: "mac-addr", optional: true },
        virtio: { alias: "macaddr", keyAlias: "model" },
        firewall: { type: "boolean", optional: true },
        tag: { type: "integer", optional: true, maximum: 4094 },
      },
    },
  });
  const fault = (text: string) => catalog.check(net, { net: text })[0]?.message;

  test("the default key, aliases that name another key, loose booleans and empty parts", () => {
    for (const text of [
      "virtio",
      "model=virtio",
      "virtio=AA:BB:CC:DD:EE:FF",
      "virtio,,firewall=yes",
      "virtio,firewall=off",
    ]) {
      expect(fault(text)).toBeUndefined();
    }
  });

  test.each([
    ["virtio,e1000", "duplicate key in comma-separated list property: model"],
    ["virtio,tag=", "missing key in comma-separated list property"],
    ["model=virtio,virtio=AA:BB:CC:DD:EE:FF", "key alias 'model' is already defined"],
  ])("%s cannot be read", (text, message) => {
    expect(fault(text)).toBe(`invalid format - ${message}\n`);
  });

  test("faults of the fields are listed", () => {
    expect(fault("foo,tag=5000,x=1")).toBe(
      "invalid format - format error\n" +
        "net.model: value 'foo' does not have a value in the enumeration 'virtio, e1000'\n" +
        "net.tag: value must have a maximum value of 4094\n" +
        "net.x: property is not defined in schema and the schema does not allow additional properties\n",
    );
  });
});

describe("what only one version knows", () => {
  const endpoint = catalog.endpoint("PUT /nodes/{node}/qemu/{vmid}/config");
  const base = { node: "pve1", vmid: 100 };

  test.each([
    ["a CPU model", { cpu: "Diamond-Rapids-v9" }],
    ["a key of a property string", { rng0: "source=/dev/urandom,quality=3" }],
  ])("%s passes for callers, and not for the exact release", (_name, params) => {
    if (endpoint === undefined) throw new Error("no endpoint");
    expect(catalog.check(endpoint, { ...base, ...params })).toEqual([]);
    expect(catalog.checkWire(endpoint, { ...base, ...params })).toHaveLength(1);
  });
});

describe("any value whatever", () => {
  const config = catalog.endpoint("POST /nodes/{node}/qemu");

  test("is judged, never thrown at", () => {
    if (config === undefined) throw new Error("no endpoint");
    const names = Object.keys(config.parameters).map((name) => name.replace("[n]", "0"));
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.anything()),
        (name, value) => {
          const found = catalog.check(config, { node: "n", vmid: 100, [name]: value });
          expect(Array.isArray(found)).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test("pools lie in others on 8.1 and later, which callers are not held to", () => {
  const faults = (release: string) => {
    const one = loadCatalog(release);
    const create = one.endpoint("POST /pools");
    if (create === undefined) throw new Error("no endpoint");
    expect(one.check(create, { poolid: "dev/web" })).toEqual([]);
    return one.checkWire(create, { poolid: "dev/web" });
  };
  expect(faults("7.4")).toEqual([
    { param: "poolid", message: expect.stringContaining("pool name 'dev/web' contains invalid characters") },
  ]);
  expect(faults("8.4")).toEqual([]);
});
