import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openLabTarget } from "../../../sdk/testing/lab-target.ts";
import { runValidate } from "../../../sdk/testing/validate.ts";
import { folderOf, removeFolders, writeInto } from "../../helpers/plugin-folder.ts";

afterEach(removeFolders);

const server = new URL("../../helpers/scripted-mcp-server.mjs", import.meta.url);
const TOOL = "test_description_set";

const LIVE = [
  "ENABLE_LIVE_PROXMOX_TESTS=1",
  "LIVE_TESTS_VMIDS=9000-9009",
  "LIVE_TESTS_NODE=pve1",
  "LIVE_TESTS_STORAGE=local-lvm",
  "LIVE_TESTS_BRIDGE=vmbr0",
];

const PLUGIN = `
  const tool = { [Symbol.for("proxmox-mcp.tool")]: true, name: "${TOOL}", title: "T", describe: "D.", risk: "write",
    uses: ["PUT /nodes/{node}/config"], input: { type: "object" }, plan: async () => [] };
  export default { [Symbol.for("proxmox-mcp.plugin")]: true, sdk: "1.0.0", id: "test", title: "T", tools: () => [tool] };
`;

function scenarios(expected: string): string {
  return `export default { [Symbol.for("proxmox-mcp.scenarios")]: true, list: [{
    tool: "${TOOL}", title: "sets it", live: true,
    async run(t) {
      await t.ok("${TOOL}", { description: "by the test" });
      const { description } = await t.cluster.get("/nodes/pve1/config");
      t.expect.equal(description.trim(), "${expected}", "description");
      await t.refused("${TOOL}", {}, "invalid_input");
    } }] };`;
}

/** A checkout of one built-in plugin, whose server is a small one of the tests. */
function checkout(): string {
  return folderOf({
    "plugin-registry.json": JSON.stringify({
      plugins: [{ id: "test", entry: "plugins/test/plugin.js", grants: [] }],
    }),
    "sdk/index.ts": "export {};\n",
    "plugins/test/plugin.ts": PLUGIN,
    "build/plugins/test/plugin.js": PLUGIN,
    "build/plugins/test/scenarios.js": scenarios("by the test"),
    "build/kernel/main.js": `import ${JSON.stringify(server.href)};`,
    "package.json": '{ "type": "module" }',
  });
}

function validate(root: string, ...argv: string[]): Promise<{ code: number; lines: string[] }> {
  return validateAs("build", root, ...argv);
}

async function validateAs(
  kind: "build" | "dist",
  root: string,
  ...argv: string[]
): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await runValidate(argv, {
    layout: { root, kind },
    print: (line) => void lines.push(line),
    today: "2026-03-03",
  });
  return { code, lines };
}

const evidenceIn = (root: string) => readFileSync(join(root, "plugins/test/evidence.json"), "utf8");

describe("validate", () => {
  test("runs a sample of all scenarios, and writes nothing", async () => {
    const root = checkout();
    expect(await validate(root, "--sample", "1", "--pve", "8.4")).toEqual({
      code: 0,
      lines: [`ok    ${TOOL}: sets it`, "validate: all is well"],
    });
    expect(existsSync(join(root, "plugins/test/evidence.json"))).toBe(false);
    const wrong = checkout();
    writeFileSync(join(wrong, "build/plugins/test/scenarios.js"), scenarios("something else"));
    expect((await validate(wrong, "--sample", "1")).code).toBe(1);
  });

  test("writes evidence for what passed; a rerun changes nothing, a check finds nothing", async () => {
    const root = checkout();
    expect(await validate(root)).toEqual({
      code: 0,
      lines: [
        `ok    ${TOOL}: sets it`,
        `wrote ${join(root, "plugins/test/evidence.json")}`,
        "validate: all is well",
      ],
    });
    const written = evidenceIn(root);
    expect(JSON.parse(written).tools[TOOL]).toEqual([
      {
        where: "lab",
        pve: "9.2",
        at: "2026-03-03",
        digest: expect.stringMatching(/^sha256:/),
        scenarios: ["sets it"],
      },
    ]);
    expect((await validate(root, "test")).lines).not.toContainEqual(expect.stringContaining("wrote"));
    expect(evidenceIn(root)).toBe(written);
    expect((await validate(root, "--check")).code).toBe(0);
  });

  test("--check fails on missing and stale evidence and writes nothing", async () => {
    const root = checkout();
    expect(await validate(root, "--check")).toMatchObject({
      code: 1,
      lines: expect.arrayContaining([`FAIL  test: ${TOOL}: evidence is missing`]),
    });
    expect(existsSync(join(root, "plugins/test/evidence.json"))).toBe(false);

    await validate(root);
    const written = evidenceIn(root);
    writeFileSync(join(root, "plugins/test/plugin.ts"), `${PLUGIN}// changed\n`);
    expect((await validate(root, "--check")).lines).toContain(
      `FAIL  test: ${TOOL}: evidence is stale: the tool has changed since 2026-03-03`,
    );
    expect(evidenceIn(root)).toBe(written);
  });

  test("a tool whose scenario fails loses its evidence", async () => {
    const root = checkout();
    await validate(root);
    // Modules are loaded once in a process, so the changed scenarios are in another place.
    writeInto(
      root,
      "plugin-registry.json",
      JSON.stringify({
        plugins: [{ id: "test", entry: "plugins/test/other/plugin.js", grants: [] }],
      }),
    );
    writeInto(root, "plugins/test/other/plugin.ts", PLUGIN);
    writeInto(root, "plugins/test/other/evidence.json", evidenceIn(root));
    writeInto(root, "build/plugins/test/other/plugin.js", PLUGIN);
    writeInto(root, "build/plugins/test/other/scenarios.js", scenarios("something else"));
    const { code, lines } = await validate(root);
    expect(code).toBe(1);
    expect(lines).toContain('        description: expected "something else", found "by the test"');
    expect(JSON.parse(readFileSync(join(root, "plugins/test/other/evidence.json"), "utf8"))).toEqual({
      tools: {},
    });
  });

  test("a tool without scenarios is a fault", async () => {
    const root = checkout();
    writeInto(
      root,
      "plugin-registry.json",
      JSON.stringify({
        plugins: [{ id: "test", entry: "plugins/bare/plugin.js", grants: [] }],
      }),
    );
    writeInto(root, "plugins/bare/plugin.ts", PLUGIN);
    writeInto(root, "build/plugins/bare/plugin.js", PLUGIN);
    expect((await validate(root)).lines).toContain(`FAIL  test: ${TOOL}: it has no scenario`);
  });

  test("a real cluster gives live evidence beside the lab's", async () => {
    const root = checkout();
    await validate(root);
    const cluster = await openLabTarget();
    try {
      const lines = Object.entries(cluster.env).map(([name, value]) => `export ${name}="${value}"`);
      writeInto(root, "cluster.env", [...lines, ...LIVE].join("\n"));
      expect((await validate(root, "--live", "--settings", join(root, "cluster.env"))).code).toBe(0);
    } finally {
      await cluster.close();
    }
    const entries: { where: string }[] = JSON.parse(evidenceIn(root)).tools[TOOL];
    expect(entries.map(({ where }) => where)).toEqual(["lab", "live"]);
  });

  test("a package runs its built-in plugins too, by the digests that its build left", async () => {
    const root = checkout();
    const digests = { [TOOL]: { "9.2": "sha256:built" } };
    for (const [file, content] of [
      ["plugins/test/plugin.js", PLUGIN],
      ["plugins/test/scenarios.js", scenarios("by the test")],
      ["plugins/test/manifest.json", JSON.stringify({ id: "test", tools: digests })],
      ["main.js", `import ${JSON.stringify(server.href)};`],
    ] as const)
      writeInto(root, `dist/${file}`, content);
    rmSync(join(root, "build"), { recursive: true });
    const { code, lines } = await validateAs("dist", root);
    expect({ code, lines }).toMatchObject({ code: 0 });
    expect(existsSync(join(root, "plugins/test/evidence.json"))).toBe(false);
    const evidence = JSON.parse(readFileSync(join(root, "dist/plugins/test/evidence.json"), "utf8"));
    expect(evidence.tools[TOOL]).toMatchObject([{ where: "lab", digest: "sha256:built" }]);
  });

  test("settings of a cluster that lack something are refused by name", async () => {
    const root = checkout();
    writeInto(
      root,
      "cluster.env",
      ["PROXMOX_HOST=pve", "PROXMOX_API_TOKEN_SECRET=very-secret", ...LIVE].join("\n"),
    );
    const { code, lines } = await validate(root, "--live", "--settings", join(root, "cluster.env"));
    expect(code).toBe(2);
    expect(lines.join("\n")).toContain(
      "lacks PROXMOX_TLS_FINGERPRINT, PROXMOX_API_TOKEN_USER, PROXMOX_API_TOKEN_REALM, PROXMOX_API_TOKEN_ID",
    );
    expect(lines.join("\n")).not.toContain("very-secret");
  });

  test("what it does not know it refuses", async () => {
    const root = checkout();
    expect(await validate(root, "nosuch")).toEqual({
      code: 2,
      lines: ["validate: nosuch is neither a built-in plugin (test) nor a folder with a proxmox-plugin.json"],
    });
    expect((await validate(root, "--nosuch")).code).toBe(2);
    expect((await validate(root, "--help")).code).toBe(0);
  });
});
