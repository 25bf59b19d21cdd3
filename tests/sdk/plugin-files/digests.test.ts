import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { Type } from "../../../sdk/index.ts";
import { canonical, digestsOf } from "../../../sdk/plugin-files/digests.ts";
import { closureOf } from "../../../sdk/plugin-files/imports.ts";
import { sourcesByTool } from "../../../sdk/plugin-files/tool-sources.ts";
import { type DefinedTool, defineTool } from "../../../sdk/tool.ts";
import { type Catalog, type Endpoint, loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { folderOf, removeFolders } from "../../helpers/plugin-folder.ts";

afterEach(removeFolders);

function tool(name: string): DefinedTool {
  return defineTool({
    name,
    title: name,
    describe: "Reads.",
    risk: "read",
    uses: ["GET /nodes"],
    input: Type.Object({}),
    result: Type.Object({}),
    read: async () => {
      throw new Error("not called");
    },
  });
}

/** A plugin of two tools in files of their own, a shared file, and an index that hands one tool on. */
const FILES = {
  "plugin.ts": 'import { one, two } from "./all.ts";\nimport type { T } from "./types.ts";\n',
  "all.ts": 'export { one } from "./one.ts";\nexport * from "./two.ts";\n',
  "one.ts": 'import { help } from "./help.ts";\nexport const one = 1; // the tool one\n',
  "two.ts": "export const two = 2;\n",
  "help.ts":
    'import data from "./data.json" with { type: "json" };\nnew Worker(new URL("./worker.ts", import.meta.url));\n',
  "data.json": "{}\n",
  "types.ts": "export type T = 1;\n",
  "worker.ts": "",
};

async function sources(
  files: Readonly<Record<string, string>>,
  exports: (path: string) => object,
  tools: DefinedTool[],
) {
  const folder = folderOf(files);
  const code = { folder, entry: join(folder, "plugin.ts"), loaded: (file: string) => file };
  const found = await sourcesByTool(code, tools, async (url) => {
    // Whoever imports it runs it.
    if (url.endsWith("/worker.ts")) throw new Error("the worker was started");
    return exports(url.split("/").at(-1) ?? "");
  });
  return Object.fromEntries(
    [...found].map(([name, paths]) => [name, paths.map((path) => path.slice(folder.length + 1))]),
  );
}

describe("sources of a tool", () => {
  const one = tool("one");
  const two = tool("two");

  test("are what is reachable from the module that makes it, not from those that hand it on", async () => {
    const exported: Record<string, object> = {
      "all.ts": { one, two },
      "one.ts": { one },
      "two.ts": { all: [two] },
    };
    expect(await sources(FILES, (path) => exported[path] ?? {}, [one, two])).toEqual({
      one: ["data.json", "help.ts", "one.ts", "worker.ts"],
      two: ["two.ts"],
    });
  });

  test("are the whole plugin where no module exports it", async () => {
    const whole = [
      "all.ts",
      "data.json",
      "help.ts",
      "one.ts",
      "plugin.ts",
      "two.ts",
      "types.ts",
      "worker.ts",
    ];
    expect(await sources(FILES, () => ({}), [one])).toEqual({ one: whole });
  });

  test.each([
    ["import(name)", 'const name = "./x.ts"; await import(name);'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the source of a module
    ["a template", "await import(`./${name}.ts`);"],
    ["require", 'createRequire(import.meta.url)("./x.cjs");'],
  ])("are all files where %s hides what is loaded", async (_what, hiding) => {
    const files = {
      "plugin.ts": hiding,
      "x.cjs": "",
      "deep/y.mjs": "",
      "scenarios.ts": "",
      "scenarios/more.ts": "",
      "node_modules/x/index.js": "",
      "evidence.json": "{}",
      "README.md": "",
    };
    expect(await sources(files, () => ({}), [one])).toEqual({ one: ["deep/y.mjs", "plugin.ts", "x.cjs"] });
  });

  test("follow every way of importing, and nothing outside the folder", () => {
    const folder = folderOf({
      "a.js": [
        'import"./b.js";import x,{y as z}from"./c.js";export*from\'./d.js\';',
        'const e = await import("./e.js");',
        'export { f } from "./f.js";',
        'import { g } from "../outside.js"; import h from "some-package";',
        'import {\n  i, // it\'s here\n} from "./i.js";',
        'readFileSync(new URL("./j.txt", import.meta.url));',
      ].join("\n"),
      ...Object.fromEntries(
        ["b.js", "c.js", "d.js", "e.js", "f.js", "i.js", "j.txt", "unused.js"].map((name) => [name, ""]),
      ),
    });
    const names = closureOf(join(folder, "a.js"), folder).files.map((file) => file.slice(folder.length + 1));
    expect(names).toEqual(["a.js", "b.js", "c.js", "d.js", "e.js", "f.js", "i.js", "j.txt"]);
  });

  test("end where modules import each other", () => {
    const folder = folderOf({ "a.js": 'import "./b.js";', "b.js": 'import "./a.js";' });
    expect(closureOf(join(folder, "a.js"), folder).files).toHaveLength(2);
  });
});

describe("digests", () => {
  const catalog = loadCatalog("9.2");
  const digest = async (changes: {
    tool?: object;
    sdk?: string;
    catalog?: Catalog;
    files?: Record<string, string>;
  }) => {
    const folder = folderOf({ "plugin.ts": "export const a = 1;\n", ...changes.files });
    const code = { folder, entry: join(folder, "plugin.ts"), loaded: (file: string) => file };
    const tools = [{ ...tool("one"), ...changes.tool }];
    const catalogs = [changes.catalog ?? catalog];
    const digests = await digestsOf({
      code,
      tools,
      sdk: changes.sdk ?? "sdk",
      catalogs,
      load: async () => ({}),
    });
    return digests.one?.["9.2"];
  };

  test("are the same for the same in another place", async () => {
    expect(await digest({})).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(await digest({})).toBe(await digest({}));
  });

  test.each<[string, Parameters<typeof digest>[0]]>([
    ["description", { tool: { describe: "Reads more." } }],
    ["risk", { tool: { risk: "write" } }],
    ["uses", { tool: { uses: ["GET /version"] } }],
    ["input", { tool: { input: { type: "object", properties: { a: {} } } } }],
    ["source", { files: { "plugin.ts": "export const a = 2;\n" } }],
    ["SDK", { sdk: "other" }],
    [
      "schema of an endpoint",
      { catalog: withSchema(catalog, { detail: { type: "boolean", optional: true } }) },
    ],
    ["loss of an endpoint", { catalog: withSchema(catalog, undefined) }],
  ])("change with the %s", async (_what, changes) => {
    expect(await digest(changes)).not.toBe(await digest({}));
  });

  test("do not depend on the order in which things are written", () => {
    expect(canonical({ b: 1, a: [{ d: 1, c: 2 }] })).toBe(canonical({ a: [{ c: 2, d: 1 }], b: 1 }));
    expect(canonical([1, 2])).not.toBe(canonical([2, 1]));
  });
});

function withSchema(catalog: Catalog, parameters: Endpoint["parameters"] | undefined): Catalog {
  const changed = parameters && { ...catalog.endpoint("GET /nodes"), parameters };
  const endpoint: Catalog["endpoint"] = () => changed as Endpoint | undefined;
  return { ...catalog, release: catalog.release, endpoint };
}
