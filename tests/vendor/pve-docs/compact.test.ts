import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { dataFolder, releases } from "../../../vendor/pve-docs/catalog.ts";
import { packFacts, printCompact, unpackFacts } from "../../../vendor/pve-docs/compact.ts";
import type { ApiFacts, CompactFacts } from "../../../vendor/pve-docs/facts.ts";

function stored(release: string): { file: string; text: string; compact: CompactFacts } {
  const file = join(dataFolder(), `api-${release}.json`);
  const text = readFileSync(file, "utf8");
  return { file, text, compact: JSON.parse(text) };
}

describe.each(releases())("the stored API of %s", (release) => {
  test("is what packing its own facts gives", () => {
    const { compact, text } = stored(release);
    expect(printCompact(packFacts(release, unpackFacts(compact)))).toBe(text);
  });

  test("is small", () => {
    expect(statSync(stored(release).file).size).toBeLessThan(400_000);
  });

  test("holds facts alone, no prose", () => {
    const text = JSON.stringify(unpackFacts(stored(release).compact));
    expect(/"(?:description|verbose_description|typetext|format_description|title)":"/.exec(text)).toBeNull();
  });

  test("has endpoints in path order, each once, with a path, a method and parameters", () => {
    const { endpoints } = unpackFacts(stored(release).compact);
    const keys = endpoints.map(({ path, method }) => `${path} ${method}`);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toEqual([...keys].sort());
    for (const { path, method, parameters } of endpoints) {
      expect(path).toMatch(/^\//);
      expect(["GET", "POST", "PUT", "DELETE"]).toContain(method);
      expect(typeof parameters).toBe("object");
    }
  });
});

test.each([
  ["7.4", 540],
  ["8.4", 605],
  ["9.2", 675],
])("%s has %d endpoints", (release, count) => {
  expect(stored(release).compact.endpoints).toHaveLength(count);
});

describe("packing", () => {
  const schema = fc.letrec((tie) => ({
    leaf: fc.record(
      { type: fc.constantFrom("string", "integer", "boolean"), optional: fc.boolean() },
      { requiredKeys: [] },
    ),
    node: fc.oneof(
      { maxDepth: 3 },
      tie("leaf"),
      fc.record({
        type: fc.constant("array"),
        items: tie("node"),
        enum: fc.array(fc.string({ maxLength: 12 })),
      }),
    ),
  })).node;
  const facts = fc.array(
    fc.record({
      path: fc.constantFrom("/a", "/b/{c}"),
      method: fc.constantFrom("GET", "PUT"),
      name: fc.string(),
      parameters: fc.dictionary(
        fc.string({ minLength: 1 }).filter((key) => key !== "__proto__"),
        schema,
      ),
    }),
  );

  test("loses nothing", () => {
    fc.assert(
      fc.property(facts, (endpoints) => {
        fc.pre(!/"\$\d+"/.test(JSON.stringify(endpoints)));
        // Any JSON will do here; the shape of real endpoints does not matter to packing.
        const given = { pveVersion: "1", source: "", endpoints } as unknown as ApiFacts;
        const text = printCompact(packFacts("1.0", given));
        expect(unpackFacts(JSON.parse(text)).endpoints).toEqual(JSON.parse(JSON.stringify(endpoints)));
      }),
    );
  });

  test("refuses values that would read as references", () => {
    const endpoints = [{ path: "/a", method: "GET", name: "$1", parameters: {} }];
    const given = { pveVersion: "1", source: "", endpoints } as unknown as ApiFacts;
    expect(() => packFacts("1.0", given)).toThrow("$1");
  });
});
