import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, type Session, settingsFor, sshSettingsFor, UNGUARDED } from "./support.ts";
import { KERNEL_RISKS, KERNEL_TOOLS, PLUGIN_TOOLS, toolNames } from "./tool-names.ts";

const bench = new Bench();
let lab: Lab;
/** Without SSH to the nodes the tools that need it are not listed. */
let settings: Record<string, string>;
beforeAll(async () => {
  lab = await bench.lab();
  settings = { ...settingsFor(lab), ...(await sshSettingsFor(lab)) };
});
afterAll(() => bench.close());

/** Names of the plugins' tools that a server with these settings lists. */
async function pluginTools(env: Record<string, string> = {}): Promise<string[]> {
  const session = await bench.server({ ...settings, ...env });
  const names = await session.toolNames();
  expect(names.slice(0, KERNEL_TOOLS.length)).toEqual(KERNEL_TOOLS);
  await session.close();
  return names.slice(KERNEL_TOOLS.length);
}

const shown = (env: Record<string, string>) =>
  pluginTools({ PROXMOX_MCP_MIN_VALIDATION: "experimental", ...env });

describe("the tool list", () => {
  test.each(["read", "write", "destructive", "escape"])("with access %s", async (access) => {
    expect(await shown({ PROXMOX_MCP_ACCESS: access })).toEqual(toolNames(access));
  });

  test("is that of reading without any setting, by the evidence that is shipped", async () => {
    expect(await pluginTools()).toEqual(toolNames("read"));
  });

  test("is whole with all access, by the evidence that is shipped", async () => {
    expect(await pluginTools({ PROXMOX_MCP_ENABLE_ESCAPE: "1" })).toEqual(toolNames("escape"));
  });
});

describe("the selection of plugins", () => {
  const others = (...out: string[]) => Object.keys(PLUGIN_TOOLS).filter((plugin) => !out.includes(plugin));
  test.each([
    ["all", others()],
    ["vm", ["vm"]],
    ["-vm", others("vm")],
    ["vm,tasks", ["vm", "tasks"]],
    ["all,-tasks,-vm", others("tasks", "vm")],
  ])("%s", async (selection, plugins) => {
    const env = { PROXMOX_MCP_ACCESS: "destructive", PROXMOX_MCP_PLUGINS: selection };
    expect(await shown(env)).toEqual(toolNames("destructive", plugins));
  });

  test("validated takes the plugins whose every tool has shipped evidence", async () => {
    const env = { PROXMOX_MCP_ACCESS: "destructive", PROXMOX_MCP_PLUGINS: "validated" };
    expect(await pluginTools(env)).toEqual(toolNames("destructive"));
  });

  test("a plugin that does not exist stops the start, and the known ones are named", async () => {
    const session = bench.unconnected({ ...settingsFor(lab), PROXMOX_MCP_PLUGINS: "vms" });
    // The process answers initialize before plugins are loaded, so both ends of the race are its end.
    await session.client.connect(session.transport).catch(() => undefined);
    await session.ended();
    expect(session.stderr).toMatch(/PROXMOX_MCP_PLUGINS names "vms".*known: .*vm/);
  });
});

describe("what is listed", () => {
  let session: Session;
  beforeAll(async () => {
    session = await bench.server({ ...settings, ...UNGUARDED });
  });

  test("annotations follow the highest risk", async () => {
    const { tools } = await session.client.listTools();
    const hints = new Map(tools.map(({ name, annotations }) => [name, annotations]));
    const risks = new Map(
      Object.values(PLUGIN_TOOLS).flatMap((rows) => rows.map(([name, , risk]) => [name, risk])),
    );
    for (const name of KERNEL_TOOLS) risks.set(name, KERNEL_RISKS[name] ?? "read");
    for (const [name, risk] of risks) {
      const wanted = risk === "read" ? { readOnlyHint: true } : { destructiveHint: risk !== "write" };
      expect([name, hints.get(name)]).toEqual([name, wanted]);
    }
  });

  test("every tool has a title and a short description", async () => {
    for (const tool of (await session.client.listTools()).tools) {
      expect(tool.title).toMatch(/\S/);
      expect(tool.description?.length).toBeGreaterThan(20);
      expect(tool.description?.length).toBeLessThan(300);
    }
  });

  test("schemas are JSON Schema without marks of ours; where all is listed, nothing else is taken", async () => {
    for (const { name, inputSchema } of (await session.client.listTools()).tools) {
      expect(JSON.stringify(inputSchema)).not.toMatch(/"x-|"~/);
      const check = Compile(Type.Unsafe(inputSchema as TSchema));
      expect([name, check.Check([])]).toEqual([name, false]);
      const isWhole = inputSchema.additionalProperties === false;
      expect([name, check.Check({ noSuchArgument: 1 })]).toEqual([
        name,
        !isWhole && inputSchema.required === undefined,
      ]);
      const refused = await session.refused(name, { noSuchArgument: 1 });
      expect([name, refused.code, refused.text]).toEqual([
        name,
        "invalid_input",
        expect.stringContaining("noSuchArgument: is no argument of this tool"),
      ]);
    }
  });

  test("change tools list dryRun and take the other common inputs; reads do not; one cluster needs no name", async () => {
    const { tools } = await session.client.listTools();
    const common = ["dryRun", "waitMode", "timeoutMs", "pollIntervalMs", "cluster"];
    for (const [name, , risk] of Object.values(PLUGIN_TOOLS).flat()) {
      const properties = tools.find((tool) => tool.name === name)?.inputSchema.properties ?? {};
      const listed = Object.keys(properties).filter((input) => common.includes(input));
      expect([name, listed]).toEqual([name, risk === "read" ? [] : ["dryRun"]]);
    }
    const instructions = session.client.getInstructions() ?? "";
    for (const name of ["waitMode", "timeoutMs", "pollIntervalMs"]) expect(instructions).toContain(name);
  });

  test("the instructions name the ways of working", () => {
    const instructions = session.client.getInstructions() ?? "";
    for (const word of ["dryRun", "job_wait", "outcome_unknown", "proxmox_capabilities"]) {
      expect(instructions).toContain(word);
    }
    expect(session.client.getServerCapabilities()).toMatchObject({ tools: { listChanged: true } });
  });
});

test("defaults of the operator show in the schemas and are no longer asked for", async () => {
  const schemaOf = async (env: Record<string, string>) => {
    const session = await bench.server({ ...settingsFor(lab), ...UNGUARDED, ...env });
    const { tools } = await session.client.listTools();
    await session.close();
    return tools.find(({ name }) => name === "proxmox_vm_create")?.inputSchema;
  };
  const bare = await schemaOf({});
  expect(bare?.required).toContain("node");
  expect(bare?.properties?.node).not.toHaveProperty("default");
  expect(bare?.properties?.diskStorage).not.toHaveProperty("default");

  const filled = await schemaOf({ PROXMOX_DEFAULT_NODE: "pve2", PROXMOX_DEFAULT_VM_STORAGE: "local-lvm" });
  expect(filled?.required ?? []).not.toContain("node");
  expect(filled?.properties?.node).toMatchObject({ default: "pve2" });
  expect(filled?.properties?.diskStorage).toMatchObject({ default: "local-lvm" });
});
