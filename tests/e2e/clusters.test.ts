/** One server for several clusters of different versions, with several hosts each, of which some are away. */

import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { folderOf, pluginFiles, removeFolders } from "../helpers/plugin-folder.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED, until } from "./support.ts";
import { KERNEL_TOOLS } from "./tool-names.ts";

const FAST = { speed: Number.POSITIVE_INFINITY, refusalDelay: 0 };
const NEW_RULES = "GET /cluster/ha/rules";

const bench = new Bench();
afterAll(async () => {
  await bench.close();
  removeFolders();
});

/** The settings of a lab under a cluster's prefix. */
function named(cluster: string, lab: Lab, more: Record<string, string> = {}): Record<string, string> {
  const settings = { ...settingsFor(lab), ...more };
  return Object.fromEntries(
    Object.entries(settings).map(([name, text]) => [name.replace("PROXMOX_", `PROXMOX_${cluster}_`), text]),
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"));
}

describe("two clusters of different versions", () => {
  let prod: Lab;
  let old: Lab;
  let session: Session;
  let stateDir: string;

  beforeAll(async () => {
    prod = await bench.lab({ ...FAST, random: 7 });
    old = await bench.lab({ ...FAST, random: 8, pve: "7.4" });
    stateDir = bench.folder();
    const plugin = folderOf(
      pluginFiles({
        toolName: "hello_rules_get",
        tool: {
          uses: `["${NEW_RULES}"]`,
          result: '{ type: "object" }',
          read: 'async (_input, pve) => ({ [Symbol.for("proxmox-mcp.result")]: "record", title: pve.cluster, fields: { served: true } })',
        },
      }),
    );
    session = await bench.server({
      PROXMOX_CLUSTERS: "prod,old",
      ...named("PROD", prod),
      ...named("OLD", old),
      ...UNGUARDED,
      PROXMOX_MCP_PLUGIN_PATH: plugin,
      PROXMOX_MCP_STATE_DIR: stateDir,
    });
  });

  test("are asked for by name in every tool of a plugin, in none of the server's own", async () => {
    const { tools } = await session.client.listTools();
    for (const { name, inputSchema } of tools) {
      const input = inputSchema.properties?.cluster;
      if (KERNEL_TOOLS.includes(name)) expect([name, input]).toEqual([name, undefined]);
      else {
        expect([name, input]).toEqual([name, expect.objectContaining({ enum: ["prod", "old"] })]);
        expect(inputSchema.required).toContain("cluster");
      }
    }
  });

  test("a call without a cluster, or for one that is not there, is told which there are", async () => {
    for (const args of [{}, { cluster: "nope" }]) {
      const answer = await session.refused("proxmox_vm_list", args);
      expect(answer.code).toBe("invalid_input");
      expect(answer.text).toContain("prod");
      expect(answer.text).toContain("old");
    }
  });

  test("each answers for itself", async () => {
    const seen = await Promise.all(
      ["prod", "old"].map(async (cluster) => {
        const { text } = await session.ok("proxmox_inventory_overview", { cluster });
        return /version: (\S+)/.exec(text)?.[1];
      }),
    );
    expect(seen).toEqual([expect.stringMatching(/^9\.2\./), expect.stringMatching(/^7\.4-/)]);
    const { text } = await session.ok("proxmox_capabilities");
    expect(text).toMatch(/Cluster prod: Proxmox VE 9\.2\.\d+\nCluster old: Proxmox VE 7\.4-\d+/);
  });

  test("a tool is listed when one can serve it, and judged again by each call", async () => {
    expect(await session.toolNames()).toContain("hello_rules_get");
    expect((await session.ok("hello_rules_get", { cluster: "prod" })).text).toContain("prod");
    const refused = await session.refused("hello_rules_get", { cluster: "old" });
    expect(refused.code).toBe("unsupported");
    expect(refused.text).toContain(`Proxmox VE 7.4 lacks ${NEW_RULES}`);
    expect(refused.text).toContain("Clusters that can serve it: prod.");
  });

  test("an endpoint of a newer release says from when on there is one", async () => {
    const call = { method: "GET", path: "/cluster/mapping/pci", cluster: "old" };
    const refused = await session.refused("proxmox_api_call", call);
    expect(refused.code).toBe("unsupported");
    expect(refused.text).toContain("it exists from 8.4 on");
  });

  test("a change is made in the one that is named, planned by its release, and told apart afterwards", async () => {
    const before = prod.state.guests.get(101)?.config.get("description");
    const args = { vmid: 101, cluster: "old", description: "only here" };
    const plan = await session.ok("proxmox_vm_update_config", { ...args, dryRun: true });
    expect(plan.text).toContain("on cluster old");
    const done = await session.ok("proxmox_vm_update_config", { ...args, waitMode: "wait" });
    expect(old.state.guests.get(101)?.config.get("description")).toContain("only here");
    expect(prod.state.guests.get(101)?.config.get("description")).toBe(before);

    expect((await session.ok("job_get", { job: jobOf(done) })).text).toContain("cluster: old");
    const entries = await until(() => {
      const lines = filesBelow(join(stateDir, "audit"))
        .flatMap((text) => text.split("\n"))
        .filter((line) => line.includes("proxmox_vm_update_config") && line.includes('"event":"after"'));
      return lines.length > 0 ? lines : undefined;
    });
    for (const entry of entries) expect(JSON.parse(entry)).toMatchObject({ cluster: "old" });
  });

  test("privileges in a plan are those of the cluster's release", async () => {
    const plan = async (cluster: string) => {
      const input = { method: "POST", path: "/nodes/pve1/qemu/101/agent/exec", params: { command: ["id"] } };
      return (await session.ok("proxmox_api_call", { ...input, cluster, dryRun: true })).text;
    };
    expect(await plan("prod")).toContain("VM.GuestAgent.Unrestricted");
    expect(await plan("old")).toContain("VM.Monitor");
  });

  test("advice names the variables of that cluster", async () => {
    const call = { method: "PUT", path: "/nodes/pve2/qemu/102/config", params: { args: "-S" }, dryRun: true };
    const refused = await session.refused("proxmox_api_call", { ...call, cluster: "old" });
    expect(refused.text).toContain("PROXMOX_OLD_USERNAME=root@pam");
  });

  test("no secret of either shows in what was written", () => {
    const written = [...filesBelow(stateDir), session.stderr].join("\n");
    for (const lab of [prod, old]) expect(written).not.toContain(lab.tokens.root?.secret ?? "?");
  });
});

test("settings of two clusters are all judged at once, by their own names", async () => {
  const session = bench.unconnected({
    PROXMOX_CLUSTERS: "prod,lab",
    PROXMOX_HOST: "pve1",
    PROXMOX_PROD_API_PORT: "no",
    PROXMOX_LAB_HSOT: "pve1",
  });
  await session.client.connect(session.transport).catch(() => undefined);
  await session.ended();
  for (const name of ["PROXMOX_HOST:", "PROXMOX_PROD_API_PORT:", "PROXMOX_LAB_HSOT:", "PROXMOX_LAB_HOST:"]) {
    expect(session.stderr).toContain(name);
  }
});

describe("several hosts of one cluster", () => {
  /** Labs of the same seed know the same tokens, as nodes of one cluster do. */
  const node = (port = 0) => bench.lab({ ...FAST, port });

  test("the next is asked when the first is away, each by its own fingerprint", async () => {
    const [one, two] = [await node(), await node()];
    const dead = await freePort();
    const session = await bench.server({
      ...settingsFor(two),
      ...UNGUARDED,
      PROXMOX_HOST: `127.0.0.1:${dead},127.0.0.1:${one.port},127.0.0.1:${two.port}`,
      PROXMOX_TLS_FINGERPRINT: `127.0.0.1:${one.port}=${one.fingerprint},127.0.0.1:${two.port}=${two.fingerprint}`,
      PROXMOX_MCP_INVENTORY_CACHE_MS: "0",
    });
    await session.ok("proxmox_node_list");
    expect(two.requests()).toBe(0);
    expect(session.stderr).toContain(`127.0.0.1:${dead} cannot be reached (connection refused)`);

    const before = one.requests();
    expect(before).toBeGreaterThan(0);
    await one.close();
    await session.ok("proxmox_node_list");
    expect(two.requests()).toBeGreaterThan(0);
  });

  test("a fingerprint for one host opens no other", async () => {
    const [one, two] = [await node(), await node()];
    const session = await bench.server({
      ...settingsFor(one),
      ...UNGUARDED,
      PROXMOX_HOST: `127.0.0.1:${one.port},127.0.0.1:${two.port}`,
      PROXMOX_TLS_FINGERPRINT: `127.0.0.1:${one.port}=${two.fingerprint},127.0.0.1:${two.port}=${one.fingerprint}`,
    });
    const refused = await session.refused("proxmox_node_list");
    expect(refused.code).toBe("unreachable");
    expect(refused.text).toContain(`add 127.0.0.1:${one.port}=${one.fingerprint} to PROXMOX_TLS_FINGERPRINT`);
    expect([one.requests(), two.requests()]).toEqual([0, 0]);
  });

  test("the first is asked again when it is back and the other is gone", async () => {
    const port = await freePort();
    const two = await node();
    const session = await bench.server({
      ...settingsFor(two),
      ...UNGUARDED,
      PROXMOX_HOST: `127.0.0.1:${port},127.0.0.1:${two.port}`,
      PROXMOX_TLS_FINGERPRINT: "",
      PROXMOX_TLS_REJECT_UNAUTHORIZED: "false",
      PROXMOX_MCP_INVENTORY_CACHE_MS: "0",
    });
    await session.ok("proxmox_node_list");
    const one = await node(port);
    await two.close();
    await session.ok("proxmox_node_list");
    expect(one.requests()).toBeGreaterThan(0);
  });
});

describe("a dead node", () => {
  test("spoils neither lists nor overviews, which say that it was not seen", async () => {
    const lab = await bench.lab(FAST);
    const session = await bench.server({
      ...settingsFor(lab),
      ...UNGUARDED,
      PROXMOX_MCP_INVENTORY_CACHE_MS: "0",
    });
    const lists = [
      "proxmox_inventory_overview",
      "proxmox_vm_list",
      "proxmox_lxc_list",
      "proxmox_node_list",
      "proxmox_task_list",
    ];
    for (const tool of lists) expect((await session.ok(tool)).text).not.toContain("Not seen");

    lab.power("pve3", "down");
    for (const tool of lists) {
      const { text } = await session.ok(tool);
      expect([tool, text]).toEqual([tool, expect.stringContaining("Not seen: pve3 is offline")]);
    }
    const lost = [...lab.state.guests.values()].find(({ node, kind }) => node === "pve3" && kind === "qemu");
    const refused = await session.refused("proxmox_vm_get", { vmid: lost?.vmid });
    expect(refused.code).toBe("unreachable");
  });
});
