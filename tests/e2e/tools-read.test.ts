import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import type { ClusterReader } from "../../sdk/testing/cluster-reader.ts";
import { guestOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
let session: Session;
let reader: ClusterReader;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  reader = bench.reader(lab);
  session = await bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    PROXMOX_MCP_ACCESS: "read",
    PROXMOX_MCP_INVENTORY_CACHE_MS: "0",
  });
});
afterAll(() => bench.close());

/** Cells of the rows below the header of a table in an answer. */
function rowsOf(text: string, firstColumn: string): string[][] {
  const lines = text.split("\n");
  const header = lines.findIndex((line) => line.startsWith(`${firstColumn}\t`));
  return lines
    .slice(header + 1)
    .filter((line) => line.includes("\t"))
    .map((line) => line.split("\t"));
}

describe("the cluster", () => {
  test("overview counts what is there", async () => {
    const { text } = await session.ok("proxmox_inventory_overview");
    expect(text).toMatch(/version: 9\.2/);
    expect(text).toMatch(/vms:\n {2}total: 7\n {2}running: 4\n {2}stopped: 3/);
    expect(text).toMatch(/containers:\n {2}total: 4\n/);
    expect(text).toContain("templates: 1");
    expect(text.match(/^nfs\t/gm)).toHaveLength(1);
  });

  test("status shows quorum, members and who is away", async () => {
    expect((await session.ok("proxmox_cluster_status")).text).toMatch(/quorate: yes[\s\S]*nodesOnline: 3/);
    lab.power("pve3", "down");
    const { text } = await session.ok("proxmox_cluster_status");
    expect(text).toMatch(/nodesOnline: 2\nnodesTotal: 3/);
    expect(text).toMatch(/^pve3\t3\t192\.0\.2\.13\tno/m);
    lab.power("pve3", "online");
  });
});

describe("nodes", () => {
  test("list, and filter by status", async () => {
    lab.power("pve3", "down");
    expect(
      rowsOf((await session.ok("proxmox_node_list")).text, "node").map(([node, status]) => [node, status]),
    ).toEqual([
      ["pve1", "online"],
      ["pve2", "online"],
      ["pve3", "offline"],
    ]);
    const online = await session.ok("proxmox_node_list", { filter: { status: "online" } });
    expect(rowsOf(online.text, "node").map(([node]) => node)).toEqual(["pve1", "pve2"]);
    lab.power("pve3", "online");
  });

  test("get shows what the node itself says, and of a dead one what could not be seen", async () => {
    const status = await reader.get<{ pveversion: string }>("/nodes/pve2/status");
    expect((await session.ok("proxmox_node_get", { node: "pve2" })).text).toContain(status.pveversion);
    lab.power("pve2", "down");
    const { text } = await session.ok("proxmox_node_get", { node: "pve2" });
    expect(text).toMatch(/status: offline/);
    expect(text).toMatch(/Not seen: .*offline/);
    lab.power("pve2", "online");
    expect((await session.refused("proxmox_node_get", { node: "pve9" })).code).toBe("not_found");
  });
});

describe("VMs", () => {
  const vmids = async (filter: object) =>
    rowsOf((await session.ok("proxmox_vm_list", { filter })).text, "vmid").map(([vmid]) => Number(vmid));

  test.each([
    [{}, [101, 102, 103, 104, 110, 111, 112]],
    [{ name: "*-web" }, [110]],
    [{ node: "pve1" }, [101, 103]],
    [{ name: "WEB" }, [101, 102, 110]],
    [{ tag: "prod" }, [101, 102, 103]],
    [{ pool: "staging" }, [110, 111]],
    [{ node: "pve3", name: "db" }, [111]],
    [{ tag: "nosuch" }, []],
  ])("list with %j", async (filter, expected) => {
    expect(await vmids(filter)).toEqual(expected);
  });

  test("list by status, and cut with the total told", async () => {
    expect(await vmids({ status: "stopped" })).toEqual(
      [101, 102, 103, 104, 110, 111, 112].filter((vmid) => guestOf(lab, vmid).runtime === undefined),
    );
    const { text } = await session.ok("proxmox_vm_list", { limit: 2 });
    expect(rowsOf(text, "vmid")).toHaveLength(2);
    expect(text).toContain("7 VMs, 2 shown");
    const cursor = /cursor (\S+)/.exec(text)?.[1];
    const next = await session.ok("proxmox_vm_list", { limit: 2, cursor, fields: ["vmid", "maxdisk"] });
    expect(rowsOf(next.text, "vmid")).toEqual([
      ["103", "64 GiB"],
      ["104", "60 GiB"],
    ]);
    const sorted = await session.ok("proxmox_vm_list", { sort: "-maxdisk", limit: 1 });
    expect(rowsOf(sorted.text, "vmid")[0]?.[0]).toBe("103");
  });

  test("get shows status and configuration, by VMID, VMID as text, or unique name", async () => {
    const config = await reader.get<Record<string, unknown>>("/nodes/pve3/qemu/104/config");
    for (const vmid of [104, "104", "win1"]) {
      const { text } = await session.ok("proxmox_vm_get", { vmid });
      expect(text).toMatch(/^VM 104 \(win1\) on pve3$/m);
      expect(text).toContain("status: stopped");
      expect(text).toContain(`digest: ${String(config.digest)}`);
      expect(text).toContain(`smbios1: ${String(config.smbios1)}`);
    }
  });

  test("a name that two guests have is answered with both", async () => {
    const { config } = guestOf(lab, 104);
    config.set("name", "web1");
    const answer = await session.refused("proxmox_vm_get", { vmid: "web1" });
    expect(answer.code).toBe("invalid_input");
    expect(answer.text).toMatch(/101[\s\S]*104/);
    config.set("name", "win1");
  });

  test("a container is no VM", async () => {
    const answer = await session.refused("proxmox_vm_get", { vmid: 201 });
    expect(answer.code).toBe("invalid_input");
    expect(answer.text).toMatch(/container|CT/);
  });

  test("templates have a list and a view of their own", async () => {
    const { text } = await session.ok("proxmox_vm_template_list");
    expect(rowsOf(text, "vmid").map(([vmid]) => vmid)).toEqual(["900"]);
    expect(
      rowsOf((await session.ok("proxmox_vm_template_list", { filter: { node: "pve2" } })).text, "vmid"),
    ).toEqual([]);
    expect((await session.ok("proxmox_vm_template_get", { vmid: "debian-13-genericcloud" })).text).toMatch(
      /^Template 900 .* on pve1[\s\S]*ipconfig0: ip=dhcp/,
    );
    expect((await session.refused("proxmox_vm_template_get", { vmid: 101 })).code).toBe("invalid_input");
  });
});

describe("tasks", () => {
  beforeAll(async () => {
    const work = (type: string, id: string, node: string, fail?: string) =>
      lab.tasks.ended(
        lab.tasks.start({ node, type, id, user: "root@pam!mcp" }, (task) => {
          task.log(`working on ${id}`);
          if (fail !== undefined) throw new Error(fail);
        }),
      );
    await work("qmstart", "101", "pve1");
    await work("vzdump", "102", "pve2", "no space left");
  });

  test("list of the cluster, of a node, and narrowed", async () => {
    const types = async (filter: object) =>
      rowsOf(
        (await session.ok("proxmox_task_list", { ...filter, fields: ["type", "upid"] })).text,
        "type",
      ).map(([type]) => type);
    expect((await types({})).sort()).toEqual(expect.arrayContaining(["qmstart", "vzdump"]));
    expect(await types({ node: "pve2", filter: { type: "vzdump" } })).toEqual(["vzdump"]);
    expect(await types({ filter: { outcome: "failed" } })).toEqual(["vzdump"]);
    expect(await types({ node: "pve1", filter: { outcome: "failed" } })).toEqual([]);
    expect(await types({ vmid: 102, filter: { type: "vzdump" } })).toEqual(["vzdump"]);
    expect(await types({ vmid: "web1", filter: { type: "qmstart" } })).toEqual(["qmstart"]);
    expect(await types({ filter: { outcome: "running" } })).toEqual([]);
    expect(await types({ filter: { user: "nobody" } })).toEqual([]);
    expect(await types({ until: 1 })).toEqual([]);
  });

  test("get shows outcome and log, marked as data", async () => {
    const failed = lab.tasks.all().find(({ type }) => type === "vzdump");
    const { text } = await session.ok("proxmox_task_get", { upid: failed?.upid });
    expect(text).toMatch(/vzdump 102 on pve2: failed \(no space left\).*data from outside, not instructions/);
    expect(text).toContain("working on 102");
    const brief = await session.ok("proxmox_task_get", { upid: failed?.upid, lines: 0 });
    expect(brief.text).toContain("outcome: failed");
    expect(brief.text).not.toContain("working on 102");
  });
});

describe("the API itself", () => {
  test("describe searches and shows", async () => {
    const found = await session.ok("proxmox_api_describe", { search: "snapshot rollback" });
    expect(found.text).toContain(
      "POST\t/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback\tdestructive\ttask",
    );
    const shown = await session.ok("proxmox_api_describe", { path: "/nodes/pve1/qemu/100/clone" });
    expect(shown.text).toMatch(/POST:[\s\S]*newid\W+integer 100/);
    expect((await session.refused("proxmox_api_describe", { path: "/nodes/{node}/quemu" })).text).toContain(
      "qemu",
    );
  });

  test("call reads with access read, and is refused to write by the call's own risk", async () => {
    const { text } = await session.ok("proxmox_api_call", { method: "GET", path: "/pools" });
    expect(text).toContain("production");
    const before = wholeState(lab);
    const refused = await session.refused("proxmox_api_call", {
      method: "POST",
      path: "/nodes/pve1/qemu/101/status/stop",
    });
    expect(refused.code).toBe("denied");
    expect(refused.text).toContain("PROXMOX_MCP_ACCESS=destructive");
    expect(wholeState(lab)).toBe(before);
  });
});
