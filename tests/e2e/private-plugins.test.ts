import { cpSync, existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { folderOf, pluginFiles, removeFolders, writeInto } from "../helpers/plugin-folder.ts";
import { runPacked, unpackInto } from "./packed.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
/** Folder of the unpacked package, and its command. */
let packed: string;
let main: string;
/** The example of the guide, in a folder with nothing else. */
let hello: string;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  packed = await unpackInto(bench.folder());
  main = join(packed, "dist/main.js");
  hello = join(bench.folder(), "hello");
  cpSync("docs/examples/hello-plugin", hello, { recursive: true });
}, 60_000);
afterAll(async () => {
  await bench.close();
  removeFolders();
});

const start = (paths: readonly string[], env: Record<string, string> = {}): Promise<Session> =>
  bench.server(
    { ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_PLUGIN_PATH: paths.join(delimiter), ...env },
    undefined,
    [main],
  );
const byEvidence = (paths: readonly string[]) => start(paths, { PROXMOX_MCP_MIN_VALIDATION: "lab" });

describe("a private plugin beside the packed package", () => {
  test("needs no node_modules: the SDK is the server's own", async () => {
    expect(existsSync(join(packed, "node_modules"))).toBe(false);
    const session = await start([hello]);
    expect(await session.toolNames()).toEqual(
      expect.arrayContaining(["hello_node_greet", "proxmox_vm_list"]),
    );
    expect((await session.ok("hello_node_greet", { node: "pve2" })).text).toMatch(
      /^Hello, pve2!\n(.*\n)*uptime: /,
    );
    expect((await session.refused("hello_node_greet", { node: "pve9" })).code).toBe("not_found");
    expect((await session.refused("hello_node_greet", {})).code).toBe("invalid_input");
    expect((await session.ok("proxmox_capabilities")).text).toContain(
      "Plugin hello (private): 1 tools shown",
    );
  });

  test("may bring a copy of the SDK of its own", async () => {
    const own = join(bench.folder(), "hello");
    cpSync(hello, own, { recursive: true });
    writeInto(own, "node_modules/.keep", "");
    symlinkSync(packed, join(own, "node_modules/proxmox-mcp"));
    const copied = folderOf(
      pluginFiles({
        id: "brought",
        tool: {
          read: 'async (_, pve) => ({ [Symbol.for("proxmox-mcp.result")]: "text", title: "t", source: "s", text: pve.cluster })',
        },
      }),
    );
    const session = await start([own, copied]);
    expect((await session.ok("hello_node_greet", { node: "pve1" })).text).toContain("Hello, pve1!");
    expect(await session.toolNames()).toContain("brought_thing_get");
  });

  test("what it prints does not end up between messages", async () => {
    const files = pluginFiles({ id: "chatty" });
    const folder = folderOf({
      ...files,
      "plugin.mjs": `console.log("chatty plugin says hello");\n${files["plugin.mjs"]}`,
    });
    const session = await start([folder]);
    expect(await session.toolNames()).toContain("chatty_thing_get");
    expect(session.stderr).toContain("chatty plugin says hello");
  });

  test("plans changes only with the grant, and only what it declared", async () => {
    const use = '["POST /nodes/{node}/qemu/{vmid}/status/start"]';
    const step = (path: string, vmid: number) =>
      `async () => [{ via: "rest", method: "POST", path: "${path}", params: { node: "pve3", vmid: ${vmid} } }]`;
    const starter = folderOf(
      pluginFiles({
        id: "starter",
        tool: { risk: '"write"', uses: use, plan: step("/nodes/{node}/qemu/{vmid}/status/start", 112) },
      }),
    );
    const sly = folderOf(
      pluginFiles({
        id: "sly",
        tool: { risk: '"write"', uses: use, plan: step("/nodes/{node}/qemu/{vmid}/status/reboot", 111) },
      }),
    );
    const ungranted = await start([starter]);
    const report = (await ungranted.ok("proxmox_capabilities", { plugin: "starter" })).text;
    expect(report).toMatch(/Plugin starter \(private\): skipped: .*takes the grant "rest:write"/);

    const granted = await start([starter, sly], {
      PROXMOX_MCP_PLUGIN_GRANTS: "starter=rest:write;sly=rest:write",
    });
    const before = lab.tasks.all().length;
    expect((await granted.refused("sly_thing_get")).code).toBe("invalid_plan");
    expect((await granted.ok("starter_thing_get", { dryRun: true })).text).toContain("nothing was changed");
    expect(lab.tasks.all()).toHaveLength(before);
    await granted.ok("starter_thing_get", { pollIntervalMs: 200 });
    expect(lab.state.guests.get(112)?.runtime?.qmpstatus).toBe("running");
  });

  test("reads only what it declared, and fails without taking the server along", async () => {
    const nosy = folderOf(
      pluginFiles({ id: "nosy", tool: { read: 'async (_, pve) => pve.get("/access/users")' } }),
    );
    const broken = folderOf(
      pluginFiles({ id: "broken", tool: { read: 'async () => { throw new Error("canary of a stack"); }' } }),
    );
    const empty = folderOf(pluginFiles({ id: "empty", tool: { read: "async () => undefined" } }));
    const session = await start([nosy, broken, empty]);
    expect((await session.refused("nosy_thing_get")).text).toMatch(
      /GET \/access\/users.*not among its declared uses/,
    );
    const internal = await session.refused("broken_thing_get");
    expect(internal.code).toBe("internal");
    expect(internal.text).not.toContain("canary of a stack");
    expect(session.stderr).toContain("canary of a stack");
    expect((await session.refused("empty_thing_get")).code).toBe("invalid_plan");
    await session.ok("proxmox_vm_list");
  });
});

describe("a bad plugin", () => {
  const manifest = (fields: Record<string, unknown>) => ({ manifest: fields });
  const BAD: Readonly<Record<string, readonly [Record<string, string>, RegExp]>> = {
    syntax: [{ ...pluginFiles({ id: "syntax" }), "plugin.mjs": "export default {" }, /its entry fails: /],
    throwing: [
      { ...pluginFiles({ id: "throwing" }), "plugin.mjs": 'throw new Error("at load");' },
      /at load/,
    ],
    nothing: [
      { ...pluginFiles({ id: "nothing" }), "plugin.mjs": "export default 7;" },
      /its entry has no default export made by definePlugin/,
    ],
    manifestless: [{ "plugin.mjs": "" }, /holds no proxmox-plugin\.json/],
    unreadable: [{ "proxmox-plugin.json": "{ not json" }, /proxmox-plugin\.json/],
    future: [
      pluginFiles({ id: "future", ...manifest({ sdk: "^9.0.0" }) }),
      /needs SDK \^9\.0\.0; this server has 1\./,
    ],
    outside: [
      pluginFiles({ id: "outside", ...manifest({ entry: "../plugin.mjs" }) }),
      /"entry" names no file in the plugin's folder/,
    ],
    unknownuse: [
      pluginFiles({ id: "unknownuse", tool: { uses: '["GET /nodes/{node}/nosuch"]' } }),
      /uses GET \/nodes\/\{node\}\/nosuch, which Proxmox VE .* does not have/,
    ],
    anyuse: [
      pluginFiles({ id: "anyuse", tool: { uses: '["any"]' } }),
      /the use "any" is for built-in plugins/,
    ],
    reserved: [pluginFiles({ id: "reserved", prefix: "proxmox" }), /"prefix" proxmox is reserved/],
    foreign: [
      pluginFiles({ id: "foreign", toolName: "proxmox_vm_list" }),
      /its name must begin with "foreign_"/,
    ],
    ungranted: [
      pluginFiles({ id: "ungranted", plugin: 'needs: ["artifacts"]' }),
      /needs the service artifacts, which takes the grant "artifacts"; PROXMOX_MCP_PLUGIN_GRANTS=ungranted=artifacts/,
    ],
    needy: [
      pluginFiles({ id: "needy", plugin: 'needs: ["database"]' }),
      /needs the service database, which does not exist \(known: /,
    ],
    common: [
      pluginFiles({ id: "common", tool: { input: '{ type: "object", properties: { dryRun: {} } }' } }),
      /the input "dryRun" is added by the server/,
    ],
    writer: [
      pluginFiles({ id: "writer", tool: { uses: '["POST /nodes/{node}/startall"]' } }),
      /which is no read; a change needs "plan"/,
    ],
  };
  const folders: Record<string, string> = {};
  const all = () => [...Object.values(folders), hello];
  let report: string;
  let session: Session;
  beforeAll(async () => {
    for (const [name, [files]] of Object.entries(BAD)) folders[name] = folderOf(files);
    // A second one of the same id, and a second one of the same prefix.
    folders.twin = folderOf(pluginFiles({ id: "hello", prefix: "twin" }));
    folders.namesake = folderOf(pluginFiles({ id: "namesake", prefix: "hello" }));
    session = await start([hello, ...all().slice(0, -1), "/no/such/folder"]);
    report = (await session.ok("proxmox_capabilities")).text;
  });

  test.each(Object.entries(BAD))(
    "%s is skipped with its reason, in the report and in the log",
    (name, [, why]) => {
      const line = report
        .split("\n")
        .find((one) => one.includes(`Plugin ${name} `) || one.includes(folders[name] ?? "-"));
      expect(line).toMatch(/skipped: /);
      expect(line).toMatch(why);
      expect(session.stderr).toMatch(why);
    },
  );

  test("the second of a name and what is not there are skipped as well", () => {
    expect(report).toContain('the id "hello" is taken by another plugin');
    expect(report).toContain('the prefix "hello" is taken by the plugin "hello"');
    expect(report).toContain("/no/such/folder is neither a folder nor an installed package");
  });

  test("takes nothing else down: the good ones and the built-in ones serve", async () => {
    const names = await session.toolNames();
    expect(names).toEqual(
      expect.arrayContaining(["hello_node_greet", "proxmox_vm_list", "proxmox_api_call"]),
    );
    expect(names.filter((name) => !/^(proxmox|job|artifact|hello)_/.test(name))).toEqual([]);
    await session.ok("hello_node_greet", { node: "pve1" });
    await session.ok("proxmox_vm_list");
  });

  test("stops the start in strict mode, every one named", async () => {
    const strict = bench.unconnected(
      {
        ...{ ...settingsFor(lab), ...UNGUARDED },
        PROXMOX_MCP_PLUGIN_PATH: [folders.syntax, folders.future, hello].join(delimiter),
        PROXMOX_MCP_STRICT_PLUGINS: "1",
      },
      undefined,
      [main],
    );
    await strict.client.connect(strict.transport).catch(() => undefined);
    await strict.ended();
    expect(strict.stderr).toMatch(/cannot start:[\s\S]*plugin syntax: [\s\S]*plugin future: /);
  });
});

describe("evidence", () => {
  const tool = "hello_node_greet";

  test("is written by the runner alone, and a changed tool is hidden until its scenario passes again", async () => {
    const untried = await byEvidence([hello]);
    expect(await untried.toolNames()).not.toContain(tool);
    const hidden = await untried.refused(tool, { node: "pve1" });
    expect(hidden.code).toBe("denied");
    expect(hidden.text).toMatch(/no evidence[\s\S]*PROXMOX_MCP_MIN_VALIDATION=experimental/);

    expect(await runPacked(main, "validate", hello)).toMatchObject({
      code: 0,
      text: expect.stringContaining("all is well"),
    });
    expect(await (await byEvidence([hello])).toolNames()).toContain(tool);
    expect(await runPacked(main, "validate", "--check", hello)).toMatchObject({ code: 0 });

    const source = join(hello, "node-greet.mjs");
    writeFileSync(source, readFileSync(source, "utf8").replace("Hello, ", "Hello,  "));
    const edited = await byEvidence([hello]);
    expect(await edited.toolNames()).not.toContain(tool);
    expect((await edited.ok("proxmox_capabilities")).text).toMatch(
      /Hidden [^\n]*changed since[^\n]*hello_node_greet/,
    );
    expect((await runPacked(main, "validate", "--check", hello)).code).toBe(1);

    // The scenario sees that the tool no longer does what it should, and no evidence is written.
    const failed = await runPacked(main, "validate", hello);
    expect(failed).toMatchObject({ code: 1, text: expect.stringContaining("FAIL") });
    expect(await (await byEvidence([hello])).toolNames()).not.toContain(tool);

    writeFileSync(source, readFileSync(source, "utf8").replace("Hello,  ", "Hello, "));
    expect((await runPacked(main, "validate", hello)).code).toBe(0);
    expect(await (await byEvidence([hello])).toolNames()).toContain(tool);
  }, 90_000);

  test("that cannot be read counts as none", async () => {
    const copy = join(bench.folder(), "hello");
    cpSync(hello, copy, { recursive: true });
    rmSync(join(copy, "evidence.json"), { force: true });
    writeFileSync(join(copy, "evidence.json"), "{");
    const session = await byEvidence([copy]);
    expect(await session.toolNames()).not.toContain(tool);
    expect(await session.toolNames()).toContain("proxmox_capabilities");
  });
});
