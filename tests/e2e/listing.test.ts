import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type TSchema, Type } from "typebox";
import { Compile } from "typebox/compile";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, KERNEL_TOOLS, type Session, settingsFor, UNGUARDED } from "./support.ts";

const READ = [
  "proxmox_api_call",
  "proxmox_api_describe",
  "proxmox_cluster_status",
  "proxmox_inventory_overview",
  "proxmox_node_get",
  "proxmox_node_list",
  "proxmox_task_get",
  "proxmox_task_list",
  "proxmox_vm_get",
  "proxmox_vm_list",
  "proxmox_vm_template_get",
  "proxmox_vm_template_list",
];
const WRITE = [
  "proxmox_node_action",
  "proxmox_vm_action",
  "proxmox_vm_clone",
  "proxmox_vm_convert_to_template",
  "proxmox_vm_create",
  "proxmox_vm_update_config",
];
const DESTRUCTIVE = ["proxmox_vm_destroy"];
const ALL = [...READ, ...WRITE, ...DESTRUCTIVE].sort();

const bench = new Bench();
let lab: Lab;
beforeAll(async () => {
  lab = await bench.lab();
});
afterAll(() => bench.close());

/** Names of the plugins' tools that a server with these settings lists. */
async function pluginTools(env: Record<string, string> = {}): Promise<string[]> {
  const session = await bench.server({ ...settingsFor(lab), ...env });
  const names = await session.toolNames();
  expect(names.slice(0, KERNEL_TOOLS.length)).toEqual(KERNEL_TOOLS);
  await session.close();
  return names.slice(KERNEL_TOOLS.length);
}

const shown = (env: Record<string, string>) =>
  pluginTools({ PROXMOX_MCP_MIN_VALIDATION: "experimental", ...env });

describe("the tool list", () => {
  test.each([
    ["read", READ],
    ["write", [...READ, ...WRITE]],
    ["destructive", ALL],
    ["escape", ALL],
  ] as const)("with access %s", async (access, names) => {
    expect(await shown({ PROXMOX_MCP_ACCESS: access })).toEqual([...names].sort());
  });

  test("is that of reading without any setting, by the evidence that is shipped", async () => {
    expect(await pluginTools()).toEqual(READ);
  });

  test("is whole with all access, by the evidence that is shipped", async () => {
    expect(await pluginTools({ PROXMOX_MCP_ENABLE_ESCAPE: "1" })).toEqual(ALL);
  });

  test("holds no tool of ours where live evidence is asked for", async () => {
    expect(await pluginTools({ PROXMOX_MCP_MIN_VALIDATION: "live" })).toEqual([]);
  });
});

describe("the selection of plugins", () => {
  const vm = ALL.filter((name) => name.startsWith("proxmox_vm_"));
  const tasks = ALL.filter((name) => name.startsWith("proxmox_task_"));
  test.each([
    ["all", ALL],
    ["vm", vm],
    ["-vm", ALL.filter((name) => !vm.includes(name))],
    ["vm,tasks", [...tasks, ...vm]],
    ["all,-tasks,-vm", ALL.filter((name) => !vm.includes(name) && !tasks.includes(name))],
  ])("%s", async (selection, names) => {
    expect(await shown({ PROXMOX_MCP_ACCESS: "destructive", PROXMOX_MCP_PLUGINS: selection })).toEqual(names);
  });

  test("validated takes the plugins whose every tool has shipped evidence", async () => {
    expect(
      await pluginTools({ PROXMOX_MCP_ACCESS: "destructive", PROXMOX_MCP_PLUGINS: "validated" }),
    ).toEqual(ALL);
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
    session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
  });

  test("annotations follow the highest risk", async () => {
    const { tools } = await session.client.listTools();
    const hints = Object.fromEntries(tools.map(({ name, annotations }) => [name, annotations]));
    for (const name of [...READ, ...KERNEL_TOOLS].filter((n) => !/^(proxmox_api_call|job_cancel)$/.test(n))) {
      expect([name, hints[name]]).toEqual([
        name,
        { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
      ]);
    }
    expect(hints.proxmox_vm_create).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    expect(hints.proxmox_vm_clone).toMatchObject({ readOnlyHint: false, destructiveHint: false });
    for (const name of [
      "proxmox_vm_action",
      "proxmox_vm_destroy",
      "proxmox_vm_update_config",
      "proxmox_node_action",
    ]) {
      expect(hints[name]).toMatchObject({ readOnlyHint: false, destructiveHint: true, openWorldHint: false });
    }
    expect(hints.proxmox_api_call).toMatchObject({ destructiveHint: true, openWorldHint: true });
  });

  test("every tool has a title and a short description", async () => {
    for (const tool of (await session.client.listTools()).tools) {
      expect(tool.title).toMatch(/\S/);
      expect(tool.description?.length).toBeGreaterThan(20);
      expect(tool.description?.length).toBeLessThan(300);
    }
  });

  test("schemas are JSON Schema that refuses unknown arguments and carries no marks of ours", async () => {
    for (const { name, inputSchema } of (await session.client.listTools()).tools) {
      expect([name, inputSchema.type, inputSchema.additionalProperties]).toEqual([name, "object", false]);
      expect(JSON.stringify(inputSchema)).not.toMatch(/"x-|"~/);
      const check = Compile(Type.Unsafe(inputSchema as TSchema));
      expect([name, check.Check({ noSuchArgument: 1 })]).toEqual([name, false]);
      expect([name, check.Check([])]).toEqual([name, false]);
    }
  });

  test("change tools take the common inputs, reads do not, and one cluster needs no name", async () => {
    const { tools } = await session.client.listTools();
    const inputs = Object.fromEntries(
      tools.map((tool) => [tool.name, Object.keys(tool.inputSchema.properties ?? {})]),
    );
    const common = ["dryRun", "waitMode", "timeoutMs", "pollIntervalMs"];
    for (const name of [...WRITE, ...DESTRUCTIVE, "proxmox_api_call"]) {
      expect(inputs[name]).toEqual(expect.arrayContaining(common));
    }
    for (const name of READ.filter((other) => other !== "proxmox_api_call")) {
      expect(inputs[name]?.filter((input) => [...common, "cluster"].includes(input))).toEqual([]);
    }
  });

  test("the instructions name the ways of working", () => {
    const instructions = session.client.getInstructions() ?? "";
    for (const word of ["dryRun", "job_wait", "outcome_unknown", "proxmox_capabilities"]) {
      expect(instructions).toContain(word);
    }
    expect(session.client.getServerCapabilities()?.tools).toEqual({ listChanged: true });
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
