import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Check } from "typebox/value";
import { GRANTS } from "../../../sdk/plugin.ts";
import { RESERVED_PREFIXES, readPrivateManifest } from "../../../sdk/plugin-files/private-manifest.ts";
import { readRegistry } from "../../../sdk/plugin-files/registry-file.ts";
import { packageRoot } from "../../../vendor/package-root.ts";
import { folderOf, removeFolders } from "../../helpers/plugin-folder.ts";

afterEach(removeFolders);

function schema(name: string) {
  return JSON.parse(readFileSync(join(packageRoot(), "sdk", name), "utf8"));
}

/** What the reader and the editors' schema say of the same JSON. */
function verdicts(read: () => unknown, file: string, json: unknown): { reader: boolean; schema: boolean } {
  let reader = true;
  try {
    read();
  } catch {
    reader = false;
  }
  return { reader, schema: Check(schema(file), json) };
}

describe("the schema that editors use agrees with what is read", () => {
  const manifest = { id: "hello", title: "Hello", entry: "plugin.mjs", sdk: "^1.0.0", prefix: "hello" };
  const { title: _title, ...untitled } = manifest;

  test.each<[string, object, boolean]>([
    ["a good manifest", manifest, true],
    ["one with scenarios and schema", { ...manifest, scenarios: "plugin.mjs", $schema: "x" }, true],
    ["a missing field", untitled, false],
    ["an unknown field", { ...manifest, colour: "red" }, false],
    ["a bad id", { ...manifest, id: "Hello" }, false],
    ["a bad range", { ...manifest, sdk: "1.x" }, false],
    ["a bad entry", { ...manifest, entry: "plugin.ts" }, false],
    ["an upper-case prefix", { ...manifest, prefix: "Hello" }, false],
    ...RESERVED_PREFIXES.map((prefix): [string, object, boolean] => [
      `the reserved prefix ${prefix}`,
      { ...manifest, prefix },
      false,
    ]),
  ])("manifest: %s", (_what, json, expected) => {
    const folder = folderOf({
      "proxmox-plugin.json": JSON.stringify(json),
      "plugin.mjs": "",
      "plugin.ts": "",
    });
    expect(verdicts(() => readPrivateManifest(folder), "proxmox-plugin.schema.json", json)).toEqual({
      reader: expected,
      schema: expected,
    });
  });

  const entry = { id: "vm", entry: "plugins/vm/plugin.js", grants: ["rest:read"] };
  test.each<[string, unknown, boolean]>([
    ["an entry", [entry], true],
    ["no entry", [], true],
    ["every grant", [{ ...entry, grants: GRANTS }], true],
    ["an unknown grant", [{ ...entry, grants: ["everything"] }], false],
    ["no grants", [{ id: "vm", entry: "plugins/vm/plugin.js" }], false],
    ["an entry outside", [{ ...entry, entry: "../vm/plugin.js" }], false],
    ["an unknown field", [{ ...entry, risk: "read" }], false],
    ["no list", {}, false],
  ])("registry: %s", (_what, plugins, expected) => {
    const json = { plugins };
    const root = folderOf({ "plugin-registry.json": JSON.stringify(json) });
    expect(verdicts(() => readRegistry(root), "plugin-registry.schema.json", json)).toEqual({
      reader: expected,
      schema: expected,
    });
  });

  test("the registry in use is a good one", () => {
    expect(readRegistry(packageRoot()).length).toBeGreaterThan(0);
    const json = JSON.parse(readFileSync(join(packageRoot(), "plugin-registry.json"), "utf8"));
    expect(Check(schema("plugin-registry.schema.json"), json)).toBe(true);
  });
});
