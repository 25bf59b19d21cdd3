import { execFile } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { build } from "esbuild";
import { packageRoot } from "../../../vendor/package-root.ts";
import { folderOf, removeFolders } from "../../helpers/plugin-folder.ts";

const run = promisify(execFile);
const repository = packageRoot();
let host: string;

/** A small package in the layout of the shipped one: module hooks work only in a real Node process. */
beforeAll(async () => {
  host = folderOf({
    "package.json": '{ "name": "proxmox-mcp", "type": "module" }',
    "dist/sdk/index.js": 'export const whose = "the host\'s";',
    "dist/sdk/testing/index.js": 'export const kit = "the host\'s kit";',
    "main.ts": `
      import { linkSdk } from ${JSON.stringify(join(repository, "sdk/plugin-files/sdk-link.ts"))};
      const [root, plugin, link] = process.argv.slice(2);
      if (link === "link") { linkSdk({ root, kind: "dist" }); linkSdk({ root, kind: "dist" }); }
      try { console.log((await import(plugin)).default); } catch (error) { console.log(error.code ?? error.message); }
    `,
  });
  await build({
    entryPoints: {
      main: join(host, "main.ts"),
      "sdk/plugin-files/sdk-link-hook": join(repository, "sdk/plugin-files/sdk-link-hook.ts"),
    },
    outdir: join(host, "dist"),
    bundle: true,
    format: "esm",
    platform: "node",
    logLevel: "silent",
  });
});
afterAll(removeFolders);

/** What a plugin's module exports, or the error's code, in a process of its own. */
async function load(files: Readonly<Record<string, string>>, link = "link"): Promise<string> {
  const plugin = pathToFileURL(join(folderOf(files), "plugin.mjs")).href;
  const { stdout } = await run(process.execPath, [join(host, "dist/main.js"), host, plugin, link]);
  return stdout.trim();
}

const PLUGIN = 'import { whose } from "proxmox-mcp/sdk";\nexport default whose;\n';

describe("a plugin in a folder without node_modules", () => {
  test("gets the host's SDK and kit", async () => {
    expect(await load({ "plugin.mjs": PLUGIN })).toBe("the host's");
    const kit = 'import { kit } from "proxmox-mcp/sdk/testing";\nexport default kit;\n';
    expect(await load({ "plugin.mjs": kit })).toBe("the host's kit");
  });

  test("gets them from a nested module too", async () => {
    const nested = { "plugin.mjs": 'export { default } from "./lib/a.mjs";', "lib/a.mjs": PLUGIN };
    expect(await load(nested)).toBe("the host's");
  });

  test("gets nothing without the link, and no other package with it", async () => {
    expect(await load({ "plugin.mjs": PLUGIN }, "no")).toBe("ERR_MODULE_NOT_FOUND");
    expect(await load({ "plugin.mjs": 'import "some-package";' })).toBe("ERR_MODULE_NOT_FOUND");
  });
});

describe("a plugin that brings its own copy", () => {
  const copy = (files: Readonly<Record<string, string>>) => ({
    "plugin.mjs": PLUGIN,
    "node_modules/proxmox-mcp/package.json":
      '{ "name": "proxmox-mcp", "type": "module", "exports": { "./sdk": "./sdk.js" } }',
    ...files,
  });

  test("gets that", async () => {
    expect(await load(copy({ "node_modules/proxmox-mcp/sdk.js": 'export const whose = "its own";' }))).toBe(
      "its own",
    );
  });

  test("gets its faults as they are", async () => {
    const broken = copy({
      "node_modules/proxmox-mcp/sdk.js": 'export const whose = 1;\nthrow new Error("broken copy");',
    });
    expect(await load(broken)).toBe("broken copy");
  });
});
