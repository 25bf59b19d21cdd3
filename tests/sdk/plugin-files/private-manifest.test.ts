import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { locatePrivatePlugin, readPrivateManifest } from "../../../sdk/plugin-files/private-manifest.ts";
import { folderOf, pluginFiles, removeFolders } from "../../helpers/plugin-folder.ts";

afterEach(removeFolders);

function below(folder: string, files: Readonly<Record<string, string>>) {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

describe("where a private plugin is", () => {
  const installed = below("node_modules/hello-plugin", pluginFiles());
  const scoped = below("node_modules/@acme/hello", pluginFiles());

  test("a folder, absolute or from the working directory", () => {
    const cwd = folderOf(below("plugins/hello", pluginFiles()));
    const folder = join(cwd, "plugins", "hello");
    expect(locatePrivatePlugin(folder, "/", "/")).toBe(folder);
    expect(locatePrivatePlugin("plugins/hello", cwd, "/")).toBe(folder);
  });

  test("a package installed for the working directory, also further up", () => {
    const root = folderOf({ ...installed, ...scoped, "deep/er/x": "" });
    const cwd = join(root, "deep", "er");
    expect(locatePrivatePlugin("hello-plugin", cwd, "/")).toBe(join(root, "node_modules/hello-plugin"));
    expect(locatePrivatePlugin("@acme/hello", cwd, "/")).toBe(join(root, "node_modules/@acme/hello"));
  });

  test("a package installed beside this program", () => {
    const root = folderOf({ ...installed, "node_modules/proxmox-mcp/package.json": "{}" });
    const own = join(root, "node_modules", "proxmox-mcp");
    expect(locatePrivatePlugin("hello-plugin", folderOf({}), own)).toBe(
      join(root, "node_modules/hello-plugin"),
    );
  });

  test.each(["nosuch", "../nosuch", "/no/such", "@acme/nosuch", "node_modules/hello-plugin/plugin.mjs"])(
    "%j is refused",
    (path) => {
      const cwd = folderOf(installed);
      expect(() => locatePrivatePlugin(path, cwd, cwd)).toThrow(/neither a folder nor an installed package/);
    },
  );
});

describe("a manifest", () => {
  test("gives absolute paths", () => {
    const folder = folderOf({ ...pluginFiles({ manifest: { scenarios: "s.mjs" } }), "s.mjs": "" });
    expect(readPrivateManifest(folder)).toMatchObject({
      entry: join(folder, "plugin.mjs"),
      scenarios: join(folder, "s.mjs"),
    });
  });

  test.each(["../outside.mjs", "missing.mjs", "/etc/outside.mjs"])("refuses the entry %s", (entry) => {
    expect(() => readPrivateManifest(folderOf(pluginFiles({ manifest: { entry } })))).toThrow(
      /"entry" names no file in the plugin's folder/,
    );
  });
});
