import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { builtinDigests, readBuiltDigests } from "../../../sdk/plugin-files/built-manifests.ts";
import { sdkDigest, sdkDigestFor } from "../../../sdk/plugin-files/sdk-digest.ts";
import { writeManifests } from "../../../sdk/plugin-files/write-manifests.ts";
import { loadCatalog, releases } from "../../../vendor/pve-docs/index.ts";
import { folderOf, removeFolders, writeInto } from "../../helpers/plugin-folder.ts";

afterEach(removeFolders);

/** A checkout with one built-in plugin. Its files are plain JavaScript in TypeScript's clothes. */
function checkout(): string {
  return folderOf({
    "plugin-registry.json": JSON.stringify({
      plugins: [{ id: "thing", entry: "plugins/thing/plugin.js", grants: ["rest:read"] }],
    }),
    "sdk/index.ts": 'export * from "./more.ts";\n',
    "sdk/more.ts": "export const more = 1;\n",
    "sdk/unrelated.ts": "export const unrelated = 1;\n",
    "plugins/thing/plugin.ts": `
      import { get } from "./get.ts";
      export default { [Symbol.for("proxmox-mcp.plugin")]: true, sdk: "1.0.0", id: "thing", title: "T", tools: () => [get] };`,
    "plugins/thing/get.ts": `
      export const get = { [Symbol.for("proxmox-mcp.tool")]: true, name: "proxmox_thing_get", title: "T",
        describe: "D.", risk: "read", uses: ["GET /nodes"], input: { type: "object" }, read: async () => ({}) };`,
    "plugins/thing/evidence.json": '{ "tools": {} }\n',
  });
}

describe("what the build writes", () => {
  test("are the digests by tool and release, a copy of the evidence, and the SDK's digest", async () => {
    const root = checkout();
    await writeManifests(root);
    const digests = readBuiltDigests(join(root, "dist/plugins/thing/manifest.json"));
    expect(Object.keys(digests)).toEqual(["proxmox_thing_get"]);
    expect(Object.keys(digests.proxmox_thing_get ?? {})).toEqual(releases());
    expect(readFileSync(join(root, "dist/plugins/thing/evidence.json"), "utf8")).toBe('{ "tools": {} }\n');
    expect(sdkDigest({ root, kind: "dist" })).toBe(sdkDigest({ root, kind: "source" }));
  });

  test("are what the checkout itself computes", async () => {
    const root = checkout();
    await writeManifests(root);
    const [entry] = JSON.parse(readFileSync(join(root, "plugin-registry.json"), "utf8")).plugins;
    const now = await builtinDigests({ root, kind: "source" }, entry, releases().map(loadCatalog));
    expect(readBuiltDigests(join(root, "dist/plugins/thing/manifest.json"))).toEqual(now);
  });

  test("lose the evidence that is gone", async () => {
    const root = checkout();
    writeInto(root, "dist/plugins/thing/evidence.json", "old");
    unlinkSync(join(root, "plugins/thing/evidence.json"));
    await writeManifests(root);
    expect(existsSync(join(root, "dist/plugins/thing/evidence.json"))).toBe(false);
  });

  test("a damaged manifest is refused", () => {
    const folder = folderOf({ "manifest.json": '{ "tools": { "a": "b" } }' });
    expect(() => readBuiltDigests(join(folder, "manifest.json"))).toThrow(/is damaged; build again/);
  });
});

describe("the SDK's digest", () => {
  test("covers what its index reaches, and nothing else", () => {
    const root = checkout();
    const before = sdkDigest({ root, kind: "source" });
    writeFileSync(join(root, "sdk/unrelated.ts"), "export const unrelated = 2;\n");
    expect(sdkDigest({ root, kind: "source" })).toBe(before);
    writeFileSync(join(root, "sdk/more.ts"), "export const more = 2;\n");
    expect(sdkDigest({ root, kind: "source" })).not.toBe(before);
  });

  test("of a plugin with its own copy is that copy's", () => {
    const root = checkout();
    const layout = { root, kind: "source" as const };
    const without = folderOf({ "plugin.mjs": "" });
    const own = folderOf({
      "deep/plugin.mjs": "",
      "node_modules/proxmox-mcp/package.json": "{}",
      "node_modules/proxmox-mcp/dist/sdk/digest.json": '{ "sdk": "sha256:own" }',
    });
    expect(sdkDigestFor(without, layout)).toBe(sdkDigest(layout));
    expect(sdkDigestFor(join(own, "deep"), layout)).toBe("sha256:own");
  });
});
