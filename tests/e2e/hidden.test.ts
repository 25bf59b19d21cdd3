import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, type Session, settingsFor } from "./support.ts";

const bench = new Bench();
let lab: Lab;
beforeAll(async () => {
  lab = await bench.lab();
});
afterAll(() => bench.close());

const start = (env: Record<string, string> = {}) =>
  bench.server({ ...settingsFor(lab), PROXMOX_MCP_MIN_VALIDATION: "experimental", ...env });

describe("a hidden tool that is called anyway", () => {
  let session: Session;
  beforeAll(async () => {
    session = await start();
  });

  test.each([
    ["proxmox_vm_create", "write"],
    ["proxmox_vm_destroy", "destructive"],
  ])("%s: the access that it takes", async (tool, access) => {
    const answer = await session.refused(tool, { anything: true });
    expect(answer.code).toBe("denied");
    expect(answer.text).toContain(`needs the access "${access}", and the access is "read"`);
    expect(answer.text).toContain(`PROXMOX_MCP_ACCESS=${access}`);
  });

  test("is denied whatever its arguments, and nothing is sent", async () => {
    const tasks = lab.tasks.all().length;
    expect((await session.refused("proxmox_vm_destroy", { vmid: 112 })).code).toBe("denied");
    expect((await session.refused("proxmox_vm_destroy", { vmid: 112, dryRun: true })).code).toBe("denied");
    expect(lab.tasks.all()).toHaveLength(tasks);
    expect(lab.state.guests.has(112)).toBe(true);
  });

  test("a tool whose least risk is allowed is shown, and denied by the call's own risk", async () => {
    const writing = await start({ PROXMOX_MCP_ACCESS: "write", PROXMOX_MCP_CONFIRM: "none" });
    expect(await writing.toolNames()).toContain("proxmox_vm_action");
    const refused = await writing.refused("proxmox_vm_action", { vmid: 101, action: "stop" });
    expect(refused.code).toBe("denied");
    expect(refused.text).toContain("PROXMOX_MCP_ACCESS=destructive");
    const plan = await writing.ok("proxmox_vm_action", { vmid: 101, action: "stop", dryRun: true });
    expect(plan.text).toMatch(/would be refused: .*destructive/);
    expect(lab.tasks.all()).toEqual([]);
  });

  test("of a plugin that is not selected: the setting", async () => {
    const without = await start({ PROXMOX_MCP_PLUGINS: "-vm" });
    const left = await without.refused("proxmox_vm_get", { vmid: 101 });
    expect(left.code).toBe("denied");
    expect(left.text).toMatch(/plugin "vm" is not selected[\s\S]*PROXMOX_MCP_PLUGINS without "-vm"/);
    const only = await start({ PROXMOX_MCP_PLUGINS: "tasks" });
    expect((await only.refused("proxmox_vm_get", { vmid: 101 })).text).toContain(
      'PROXMOX_MCP_PLUGINS with "vm" in it',
    );
  });

  test("for want of evidence: the status that is asked for", async () => {
    const strict = await start({ PROXMOX_MCP_MIN_VALIDATION: "live" });
    const answer = await strict.refused("proxmox_vm_get", { vmid: 101 });
    expect(answer.code).toBe("denied");
    expect(answer.text).toMatch(/tools are shown from live on[\s\S]*PROXMOX_MCP_MIN_VALIDATION=/);
  });
});

describe("an unknown tool", () => {
  test("is answered with near names, or with where to look", async () => {
    const session = await start({ PROXMOX_MCP_ACCESS: "destructive" });
    const near = await session.refused("proxmox_vm_lst");
    expect(near.code).toBe("not_found");
    expect(near.text).toContain("Did you mean proxmox_vm_list");
    expect((await session.refused("proxmox-vm-list")).text).toContain("proxmox_vm_list");
    expect((await session.refused("launch_rocket")).text).toContain("proxmox_capabilities");
    for (const name of ["", "x".repeat(10_000), "../../etc/passwd", "__proto__", "constructor"]) {
      expect((await session.refused(name)).code).toBe("not_found");
    }
  });
});

describe("proxmox_capabilities", () => {
  test("reports version, cluster, access, client, and what is hidden and why", async () => {
    const session = await start();
    const { text } = await session.ok("proxmox_capabilities");
    expect(text).toMatch(/^proxmox-mcp \d+\.\d+\.\d+; access read; a human confirms from destructive on/);
    expect(text).toContain("Client: e2e 1.0.0, cannot ask its user");
    expect(text).toMatch(/Cluster \S+: Proxmox VE 9\.2\.\d+/);
    for (const plugin of ["cluster", "nodes", "vm", "tasks", "escape-hatches"]) {
      expect(text).toMatch(new RegExp(`Plugin ${plugin}: \\d+ tools? shown`));
    }
    expect(text).toMatch(/PROXMOX_MCP_ACCESS=write would show .*proxmox_vm_create/);
    expect(text).toMatch(/PROXMOX_MCP_ACCESS=destructive would show .*proxmox_vm_destroy/);
  });

  test("tells one tool or one plugin on request", async () => {
    const session = await start();
    const { text } = await session.ok("proxmox_capabilities", { tool: "proxmox_vm_destroy" });
    expect(text).toMatch(/of the plugin vm[\s\S]*Risk: destructive[\s\S]*PROXMOX_MCP_ACCESS=destructive/);
    const plugin = await session.ok("proxmox_capabilities", { plugin: "tasks" });
    expect(plugin.text).toContain("proxmox_task_get");
    expect(plugin.text).not.toContain("proxmox_vm_get");
    expect((await session.refused("proxmox_capabilities", { tool: "nosuch" })).code).toBe("not_found");
    expect((await session.refused("proxmox_capabilities", { plugin: "nosuch" })).code).toBe("not_found");
  });

  test("says that a client can ask its user", async () => {
    const session = await bench.server(settingsFor(lab), async () => ({ action: "cancel" }));
    expect((await session.ok("proxmox_capabilities")).text).toContain("Client: e2e 1.0.0, can ask its user");
  });

  test("answers without the cluster, and says that it cannot be reached", async () => {
    const away = await bench.server({ ...settingsFor(lab), PROXMOX_API_PORT: "1" });
    expect((await away.ok("proxmox_capabilities")).text).toMatch(/Cluster \S+: cannot be reached now \(.+\)/);
  });
});
