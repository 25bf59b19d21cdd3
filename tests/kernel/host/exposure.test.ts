import { afterEach, describe, expect, test } from "@jest/globals";
import { folderOf, pluginFiles, removeFolders } from "../../helpers/plugin-folder.ts";
import { emptyPackage, FakeCluster, hostOf, shownNames } from "./harness.ts";

afterEach(removeFolders);

const CHANGING = {
  plan: "async () => []",
  risk: '"destructive"',
  uses: '["POST /nodes/{node}/qemu/{vmid}/status/start", "DELETE /nodes/{node}/qemu/{vmid}"]',
};
/** Rules of HA came with Proxmox VE 9. */
const ONLY_IN_9 = "GET /cluster/ha/rules";

describe("selection", () => {
  test("a plugin that is left out is not even imported, and its tools say why they are not there", async () => {
    const folder = folderOf({
      ...pluginFiles({ id: "left" }),
      "plugin.mjs": "throw new Error('it was imported');",
      "evidence.json": JSON.stringify({ tools: { left_thing_get: [] } }),
    });
    const { host } = hostOf({ paths: [folder], exclude: ["left"], strict: true });
    await host.ready();
    expect(host.plugins()).toMatchObject([{ id: "left", selected: false, tools: [] }]);
    expect(host.find("left_thing_get")).toBeUndefined();
    expect(host.absent("left_thing_get")).toEqual({
      why: 'its plugin "left" is not selected',
      show: 'PROXMOX_MCP_PLUGINS without "-left" would show it.',
    });
    expect(host.absent("left_other_get")).toBeUndefined();
  });

  test("a list of ids takes these and no others", async () => {
    const paths = [folderOf(pluginFiles({ id: "one" })), folderOf(pluginFiles({ id: "two" }))];
    const { host } = hostOf({ paths, select: ["two"] });
    await host.ready();
    expect(shownNames(host)).toEqual(["two_thing_get"]);
  });

  test("an unknown id stops the start, naming the known ones", async () => {
    const paths = [folderOf(pluginFiles({ id: "one" }))];
    const { host } = hostOf({ paths, select: ["oen"], exclude: ["two"], grants: { three: ["cli"] } });
    const error = await host.ready().catch((reason: unknown) => reason);
    const known = "which no plugin is called; known: one";
    expect(error).toMatchObject({
      name: "HostFault",
      faults: [
        `PROXMOX_MCP_PLUGINS names "oen", ${known}`,
        `PROXMOX_MCP_PLUGINS names "two", ${known}`,
        `PROXMOX_MCP_PLUGIN_GRANTS names "three", ${known}`,
      ],
    });
  });

  test("an unknown id is only said while some private plugin cannot be read", async () => {
    const { host, log } = hostOf({ paths: [folderOf({})], select: ["hello"] });
    await host.ready();
    expect(log.join("\n")).toContain('names "hello"');
  });

  test("validated takes only plugins with evidence for every tool", async () => {
    const { host } = hostOf({ paths: [folderOf(pluginFiles())], select: "validated" });
    await host.ready();
    expect(shownNames(host)).toEqual([]);
    expect(host.plugins()[0]?.selected).toBe(false);
    expect(host.find("hello_thing_get")?.hidden).toEqual({
      why: 'only plugins with evidence for every tool are selected, and "hello" lacks it for hello_thing_get',
      show: "PROXMOX_MCP_PLUGINS=all would show it.",
    });
  });

  test("tools of a skipped plugin say why it was skipped", async () => {
    const folder = folderOf({
      ...pluginFiles(),
      "plugin.mjs": "throw new Error('no luck');",
      "evidence.json": JSON.stringify({ tools: { hello_thing_get: [] } }),
    });
    const { host } = hostOf({ paths: [folder] });
    await host.ready();
    expect(host.absent("hello_thing_get")?.why).toBe(
      'its plugin "hello" was skipped: its entry fails: no luck',
    );
  });
});

describe("access and evidence", () => {
  const grants = { hello: ["rest:write"] };

  test("a tool is shown from its lowest risk on", async () => {
    const paths = [folderOf(pluginFiles({ tool: CHANGING }))];
    const reading = hostOf({ paths, grants }, { settings: { access: "read" } }).host;
    await reading.ready();
    expect(shownNames(reading)).toEqual([]);
    expect(reading.find("hello_thing_get")).toMatchObject({
      lowest: "write",
      highest: "destructive",
      hidden: {
        why: 'it needs the access "write", and the access is "read"',
        show: "PROXMOX_MCP_ACCESS=write would show it.",
      },
    });

    const writing = hostOf({ paths, grants }, { settings: { access: "write" } }).host;
    await writing.ready();
    expect(shownNames(writing)).toEqual(["hello_thing_get"]);
  });

  test("every setting that is in the way is named", async () => {
    const paths = [folderOf(pluginFiles({ tool: CHANGING }))];
    const { host } = hostOf({ paths, grants, minValidation: "lab" }, { settings: { access: "read" } });
    await host.ready();
    expect(host.find("hello_thing_get")?.hidden).toEqual({
      why: 'it is experimental, and tools are shown from lab on: it has no evidence: no scenario of it has passed yet; and it needs the access "write", and the access is "read"',
      show: "PROXMOX_MCP_MIN_VALIDATION=experimental and PROXMOX_MCP_ACCESS=write would show it.",
    });
  });

  test("damaged evidence makes tools experimental, not the plugin bad", async () => {
    const folder = folderOf({ ...pluginFiles(), "evidence.json": "{ not json" });
    const { host } = hostOf({ paths: [folder], strict: true });
    await host.ready();
    expect(host.find("hello_thing_get")?.validation).toEqual({
      status: "experimental",
      reason: expect.stringContaining("its evidence cannot be read"),
    });
  });
});

describe("what the clusters can serve", () => {
  const paths = () => [folderOf(pluginFiles({ tool: { uses: `["${ONLY_IN_9}"]` } }))];

  test("an unknown version hides nothing; once it is known the list follows", async () => {
    const cluster = new FakeCluster();
    const { host } = hostOf({ paths: paths() }, { clusters: { all: [cluster.access()] } });
    await host.ready();
    expect(shownNames(host)).toEqual(["hello_thing_get"]);

    const changed = new Promise<void>((resolve) => host.onListChanged(resolve));
    cluster.connect("8.4");
    await changed;
    expect(shownNames(host)).toEqual([]);
    expect(host.find("hello_thing_get")?.hidden?.why).toBe(
      `no configured cluster can serve it: default (Proxmox VE 8.4) lacks ${ONLY_IN_9}`,
    );
  });

  test("one cluster that can serve it is enough", async () => {
    const clusters = [new FakeCluster("old", "8.4").access(), new FakeCluster("new", "9.2").access()];
    const { host } = hostOf({ paths: paths() }, { clusters: { all: clusters } });
    await host.ready();
    await new Promise(setImmediate);
    expect(shownNames(host)).toEqual(["hello_thing_get"]);
  });

  test("an optional use gates nothing", async () => {
    const folder = folderOf(pluginFiles({ tool: { uses: `[{ use: "${ONLY_IN_9}", optional: true }]` } }));
    const cluster = new FakeCluster("old", "8.4");
    const { host } = hostOf({ paths: [folder] }, { clusters: { all: [cluster.access()] } });
    await host.ready();
    await new Promise(setImmediate);
    expect(shownNames(host)).toEqual(["hello_thing_get"]);
  });
});

describe("the registry", () => {
  test("with faults stops the start, naming all of them", async () => {
    const root = emptyPackage([
      { id: "Bad Id", entry: "../plugin.js", grants: ["everything"] },
      { id: "a", entry: "plugins/a/plugin.js", grants: [] },
      { id: "a", entry: "plugins/a/plugin.js", grants: [] },
    ]);
    const { host } = hostOf({}, { layout: { root, kind: "source" } });
    await expect(host.ready()).rejects.toThrow(
      /entry 1: "id" is "Bad Id".*"entry".*"grants".*"a" is listed twice/,
    );
  });
});
