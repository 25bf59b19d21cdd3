import { afterEach, describe, expect, test } from "@jest/globals";
import type { CallContext } from "../../../kernel/call/types.ts";
import { capabilitiesTool } from "../../../kernel/host/capabilities.ts";
import type { PluginHost } from "../../../kernel/host/host.ts";
import type { ClusterAccess } from "../../../kernel/tokens.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { folderOf, pluginFiles, removeFolders } from "../../helpers/plugin-folder.ts";
import { FakeCluster, hostOf, SETTINGS } from "./harness.ts";

afterEach(removeFolders);

const context: CallContext = {
  callId: "c",
  subject: "stdio",
  client: { name: "some-client", version: "2" },
  signal: new AbortController().signal,
  progress: () => undefined,
};

function ask(
  host: PluginHost,
  input: Readonly<Record<string, unknown>> = {},
  clusters: readonly ClusterAccess[] = [],
  own: CallContext = context,
) {
  const tool = capabilitiesTool({ host, settings: SETTINGS, clusters: { all: clusters }, version: "1.2.3" });
  return tool.run(input, own);
}

function twoPlugins(): PluginHost {
  const changing = {
    plan: "async () => []",
    risk: '"write"',
    uses: '["POST /nodes/{node}/qemu/{vmid}/status/start"]',
  };
  const paths = [
    folderOf(pluginFiles({ id: "good" })),
    folderOf(pluginFiles({ id: "high", tool: changing })),
    folderOf(pluginFiles({ id: "ungranted", tool: changing })),
    folderOf(pluginFiles({ id: "left" })),
  ];
  const grants = { high: ["rest:write"] };
  return hostOf({ paths, grants, exclude: ["left"] }, { settings: { access: "read" } }).host;
}

describe("proxmox_capabilities", () => {
  test("says everything in a few lines", async () => {
    const down = new FakeCluster("down").access();
    const unreachable = {
      ...down,
      name: "down",
      version: () => Promise.reject(new Error("connection refused")),
    };
    const answer = await ask(twoPlugins(), {}, [new FakeCluster("pve", "9.2").access(), unreachable]);
    expect(answer.isError).toBe(false);
    expect(answer.text.split("\n")).toEqual([
      "proxmox-mcp 1.2.3; access escape; a human confirms from destructive on; tools from validation lab on",
      "Client: some-client 2, cannot ask its user (no elicitation)",
      "Cluster pve: Proxmox VE 9.2.1",
      "Cluster down: cannot be reached now (connection refused)",
      "Plugin good (private): 1 tools shown, 0 hidden",
      "Plugin high (private): 0 tools shown, 1 hidden",
      expect.stringContaining(
        'Plugin ungranted (private): skipped: ungranted_thing_get: POST /nodes/{node}/qemu/{vmid}/status/start takes the grant "rest:write"',
      ),
      "Plugin left (private): not selected",
      "Shown, experimental, it has no evidence: no scenario of it has passed yet: good_thing_get",
      'Hidden (PROXMOX_MCP_ACCESS=write would show it): it needs the access "write", and the access is "read": high_thing_get',
    ]);
    expect(answer.data).toMatchObject({
      version: "1.2.3",
      tools: [{ name: "good_thing_get" }, { name: "high_thing_get" }],
    });
  });

  test("narrows to a plugin", async () => {
    const answer = await ask(twoPlugins(), { plugin: "high" });
    expect(answer.text).toContain("high_thing_get");
    expect(answer.text).not.toContain("good_thing_get");
  });

  test("tells all about one tool", async () => {
    const answer = await ask(twoPlugins(), { tool: "high_thing_get" });
    expect(answer.text).toContain("Uses: POST /nodes/{node}/qemu/{vmid}/status/start");
    expect(answer.text).toContain("PROXMOX_MCP_ACCESS=write would show it.");
  });

  test.each([{ plugin: "nosuch" }, { tool: "nosuch_thing_get" }])("%j is not found", async (input) => {
    await expect(ask(twoPlugins(), input)).rejects.toMatchObject({ code: "not_found" });
  });

  test("tells the privileges that the shown tools take, and those that the account lacks", async () => {
    const granted = { "/vms": { "VM.Audit": 1 } };
    const access = {
      ...new FakeCluster("pve", "9.2").access(),
      name: "pve",
      version: async () => ({ version: "9.2.1", release: "9.2", major: 9 }),
      catalog: async () => loadCatalog("9.2"),
      rest: { read: async () => granted } as never,
    };
    const answer = await ask(twoPlugins(), { privileges: true }, [access]);
    expect(answer.text).toContain("Privileges that the shown tools take on pve (Proxmox VE 9.2):");
    expect(answer.text).toContain("/vms/{vmid}: VM.Audit");
    const one = await ask(twoPlugins(), { privileges: true, tool: "high_thing_get" }, [access]);
    expect(one.text).toContain("high_thing_get: VM.PowerMgmt on /vms/{vmid}");
    const none = ask(twoPlugins(), { privileges: true, plugin: "high" }, [access]);
    await expect(none).rejects.toMatchObject({ code: "not_found" });
  });

  test("says that the client can ask its user where it can", async () => {
    const answer = await ask(twoPlugins(), {}, [], { ...context, ask: async () => "absent" });
    expect(answer.text).toContain("some-client 2, can ask its user");
  });

  test("a call that is cancelled does not wait for a silent cluster", async () => {
    const stop = new AbortController();
    const asked = ask(twoPlugins(), {}, [new FakeCluster("silent").access()], {
      ...context,
      signal: stop.signal,
    });
    await new Promise(setImmediate);
    stop.abort();
    expect((await asked).text).toContain("Cluster silent: cannot be reached now (cancelled)");
  });
});
