import { afterEach, describe, expect, test } from "@jest/globals";
import type { ServiceDefinition } from "../../../kernel/host/services.ts";
import { folderOf, pluginFiles, removeFolders } from "../../helpers/plugin-folder.ts";
import { emptyPackage, hostOf, shownNames } from "./harness.ts";

afterEach(removeFolders);

/** Loads one private plugin and answers why it was skipped, or undefined. */
async function faultOf(
  files: Readonly<Record<string, string>>,
  grants: readonly string[] = [],
  services?: readonly ServiceDefinition[],
): Promise<string | undefined> {
  const { host, log } = hostOf(
    { paths: [folderOf(files)], grants: grants.length > 0 ? { hello: grants } : {} },
    services === undefined ? {} : { services: () => services },
  );
  await host.ready();
  const [plugin] = host.plugins();
  if (plugin?.fault !== undefined) {
    expect(log.join("\n")).toContain(plugin.fault);
    expect(host.listed()).toEqual([]);
  }
  return plugin?.fault;
}

describe("loading a private plugin", () => {
  test("that is well takes its tools up under its own prefix", async () => {
    const { host } = hostOf({ paths: [folderOf(pluginFiles())] });
    await host.ready();
    expect(shownNames(host)).toEqual(["hello_thing_get"]);
    expect(host.plugins()).toMatchObject([
      { id: "hello", origin: "private", selected: true, grants: ["rest:read"] },
    ]);
    expect(host.find("hello_thing_get")).toMatchObject({ lowest: "read", highest: "read" });
  });

  test("loads nothing before it is asked to be ready, and once only", async () => {
    const { host } = hostOf({ paths: [folderOf(pluginFiles())] });
    expect(host.plugins()).toEqual([]);
    expect(host.ready()).toBe(host.ready());
    await host.ready();
  });

  test.each([
    ["a folder without a manifest", {}, /holds no proxmox-plugin\.json/],
    [
      "every fault of its manifest at once",
      pluginFiles({ manifest: { sdk: "latest", prefix: "proxmox", entry: "../x.mjs", colour: "red" } }),
      /"colour" is not known.*"prefix" proxmox is reserved.*"sdk" is "latest".*"entry" names no file/,
    ],
    [
      "another SDK contract",
      pluginFiles({ manifest: { sdk: "^2.0.0" } }),
      /needs SDK \^2\.0\.0; this server has 1\./,
    ],
    [
      "an entry that throws",
      { ...pluginFiles(), "plugin.mjs": `throw new Error("no luck");` },
      /its entry fails: no luck/,
    ],
    [
      "an entry that exports something else",
      { ...pluginFiles(), "plugin.mjs": "export default {};" },
      /no default export made by definePlugin/,
    ],
    ["another id than in its manifest", pluginFiles({ manifest: { id: "other" } }), /calls itself "hello"/],
    ["an SDK copy of another contract", pluginFiles({ plugin: 'sdk: "2.0.0",' }), /made with SDK 2\.0\.0/],
    [
      "tools() that throws",
      pluginFiles({ plugin: 'tools: () => { throw new Error("broken"); },' }),
      /broken/,
    ],
    ["tools that are none", pluginFiles({ plugin: "tools: () => [{}]," }), /not all made by defineTool/],
    ["no tool at all", pluginFiles({ plugin: "tools: () => []," }), /offers no tool/],
    ["one tool twice", pluginFiles({ plugin: "tools: () => [tool, tool]," }), /hello_thing_get twice/],
    [
      "a tool under a foreign prefix",
      pluginFiles({ toolName: "proxmox_thing_get" }),
      /proxmox_thing_get: its name must begin with "hello_"/,
    ],
    [
      "an endpoint that does not exist",
      pluginFiles({ tool: { uses: '["GET /nope"]' } }),
      /uses GET \/nope, which Proxmox VE [\d.]+ does not have/,
    ],
    ["the use any", pluginFiles({ tool: { uses: '["any"]' } }), /"any" is for built-in plugins/],
    [
      "a read tool that uses a change",
      pluginFiles({ tool: { uses: '["POST /nodes/{node}/qemu"]' } }),
      /is no read; a change needs "plan"/,
    ],
    [
      "both read and plan",
      pluginFiles({ tool: { read: "async () => 1", plan: "async () => []" } }),
      /either "read" or "plan"/,
    ],
    ["a read tool without a result", pluginFiles({ tool: { result: "undefined" } }), /must have a "result"/],
    [
      "an input that is no object schema",
      pluginFiles({ tool: { input: '{ type: "string" }' } }),
      /must be an object schema/,
    ],
    [
      "an input that the server adds itself",
      pluginFiles({ tool: { input: '{ type: "object", properties: { dryRun: {} } }' } }),
      /the input "dryRun" is added by the server/,
    ],
  ])("skips one with %s, and says so", async (_what, files, reason) => {
    expect(await faultOf(files)).toMatch(reason);
  });

  const changing = (risk: string) =>
    pluginFiles({
      tool: { plan: "async () => []", risk: `"${risk}"`, uses: '["DELETE /nodes/{node}/qemu/{vmid}"]' },
    });

  test("skips a changing one without the grant, and takes it with the grant", async () => {
    expect(await faultOf(changing("destructive"))).toMatch(/takes the grant "rest:write"/);
    expect(await faultOf(changing("destructive"), ["rest:write"])).toBeUndefined();
  });

  test("skips one whose use is riskier than it says", async () => {
    expect(await faultOf(changing("write"), ["rest:write"])).toMatch(
      /risk is destructive, above its own risk write/,
    );
  });

  test("skips one that plans changes and uses nothing that changes", async () => {
    expect(await faultOf(pluginFiles({ tool: { plan: "async () => []", risk: '"write"' } }))).toMatch(
      /nothing in "uses" changes anything/,
    );
  });

  test("never takes other plugins down, unless strict", async () => {
    const paths = [folderOf({}), folderOf(pluginFiles({ id: "good" }))];
    const { host } = hostOf({ paths });
    await host.ready();
    expect(shownNames(host)).toEqual(["good_thing_get"]);

    const strict = hostOf({ paths, strict: true }).host;
    await expect(strict.ready()).rejects.toThrow(/holds no proxmox-plugin\.json/);
  });

  test("refuses a second plugin of the same id, prefix or tool name", async () => {
    const one = folderOf(pluginFiles());
    const sameId = folderOf(pluginFiles({ prefix: "other" }));
    const samePrefix = folderOf(pluginFiles({ id: "third", prefix: "hello" }));
    const { host } = hostOf({ paths: [one, sameId, samePrefix] });
    await host.ready();
    expect(shownNames(host)).toEqual(["hello_thing_get"]);
    const faults = host.plugins().map(({ fault }) => fault);
    expect(faults).toEqual([
      undefined,
      expect.stringContaining('the id "hello" is taken'),
      expect.stringContaining('the prefix "hello" is taken'),
    ]);
  });

  test("a built-in one takes the name that comes first in the registry; the later is skipped as a whole", async () => {
    const entry = (id: string) => ({ id, entry: `plugins/${id}/plugin.js`, grants: ["rest:read"] });
    const root = emptyPackage([entry("first"), entry("second")]);
    const { host } = hostOf(
      {},
      {
        layout: { root, kind: "source" },
        load: async (url) => ({ default: builtin(url.includes("/first/") ? "first" : "second") }),
      },
    );
    await host.ready();
    expect(host.plugins().map(({ id, fault }) => [id, fault])).toEqual([
      ["first", undefined],
      ["second", 'the tool proxmox_thing_get is already offered by the plugin "first"'],
    ]);
  });

  test("names of the kernel's own tools are reserved", async () => {
    const root = emptyPackage([{ id: "first", entry: "plugins/first/plugin.js", grants: ["rest:read"] }]);
    const { host } = hostOf(
      {},
      {
        layout: { root, kind: "source" },
        reserved: ["proxmox_thing_get"],
        load: async () => ({ default: builtin("first") }),
      },
    );
    await host.ready();
    expect(host.plugins()[0]?.fault).toMatch(/belongs to a tool of the server itself/);
  });
});

function builtin(id: string) {
  const tool = {
    [Symbol.for("proxmox-mcp.tool")]: true,
    name: "proxmox_thing_get",
    title: "A thing",
    describe: "Gets a thing.",
    risk: "read",
    uses: [],
    input: { type: "object", properties: {} },
    result: { type: "object" },
    read: async () => ({}),
  };
  return { [Symbol.for("proxmox-mcp.plugin")]: true, sdk: "1.0.0", id, title: id, tools: () => [tool] };
}

describe("services", () => {
  const secret: ServiceDefinition = {
    name: "artifacts",
    grant: "artifacts",
    needs: [],
    make: () => "the artifacts",
  };
  const log: ServiceDefinition = { name: "log", needs: [], make: () => ({ info: () => undefined }) };
  const asking = (needs: string, tools: string) =>
    pluginFiles({ plugin: `needs: ${needs}, tools: ${tools},` });

  test("one that is not granted cannot be had, neither by asking nor through another", async () => {
    const through: ServiceDefinition = {
      name: "helper",
      needs: ["artifacts"],
      make: ({ artifacts }) => artifacts,
    };
    const both = [secret, through];
    expect(await faultOf(asking('["artifacts"]', "() => [tool]"), [], both)).toMatch(
      /artifacts, which takes the grant "artifacts"; PROXMOX_MCP_PLUGIN_GRANTS=hello=artifacts gives it/,
    );
    expect(await faultOf(asking('["helper"]', "() => [tool]"), [], both)).toMatch(
      /helper -> artifacts, which takes/,
    );
  });

  test("one that is granted is injected, and nothing that was not asked for", async () => {
    const tools =
      "(services) => { if (JSON.stringify(services) !== '{\"artifacts\":\"the artifacts\"}') throw new Error('got ' + Object.keys(services)); return [tool]; }";
    expect(await faultOf(asking('["artifacts"]', tools), ["artifacts"], [secret, log])).toBeUndefined();
  });

  test("a plugin that asks for nothing gets nothing, whatever it is granted", async () => {
    const tools =
      "(services) => { if (Reflect.ownKeys(services).length > 0) throw new Error('got some'); return [tool]; }";
    expect(
      await faultOf(pluginFiles({ plugin: `tools: ${tools},` }), ["artifacts"], [secret, log]),
    ).toBeUndefined();
  });

  test("unknown and circular ones are named before anything is made", async () => {
    const made: string[] = [];
    const circle = (name: string, next: string): ServiceDefinition => ({
      name,
      needs: [next],
      make: () => made.push(name),
    });
    const services = [circle("a", "b"), circle("b", "c"), circle("c", "a")];
    const fault = await faultOf(asking('["nosuch", "a"]', "() => [tool]"), [], services);
    expect(fault).toContain("needs the service nosuch, which does not exist (known: a, b, c)");
    expect(fault).toContain("services need each other in a circle: a -> b -> c -> a");
    expect(made).toEqual([]);
  });

  test("log and catalog are there for everyone, the log under the plugin's name", async () => {
    const tools = "({ log, catalog }) => { log.warn(catalog.release + ' it is'); return [tool]; }";
    const { host, log: lines } = hostOf({ paths: [folderOf(asking('["log", "catalog"]', tools))] });
    await host.ready();
    expect(lines).toContainEqual(expect.stringMatching(/^plugin hello: \d+\.\d+ it is$/));
  });
});
