import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { powerOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
let session: Session;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await start("103, 201-202, tag:staging, pool:db, node:pve3");
});
afterAll(() => bench.close());

function start(protect: string, token?: string, more: Record<string, string> = {}) {
  return bench.server({ ...settingsFor(lab, token), ...UNGUARDED, PROXMOX_MCP_PROTECT: protect, ...more });
}

/** A call that is refused by the setting, after which the cluster is as it was. */
async function denied(name: string, args: Record<string, unknown>, who: Session = session) {
  const before = wholeState(lab);
  const refused = await who.refused(name, args);
  expect([refused.code, refused.text]).toEqual(["denied", expect.stringContaining("PROXMOX_MCP_PROTECT")]);
  expect(wholeState(lab)).toBe(before);
  return refused.text;
}

describe("a protected guest", () => {
  test.each([
    ["by VMID", "proxmox_vm_action", { vmid: 103, action: "stop" }, "(103)"],
    ["by range", "proxmox_lxc_action", { vmid: 202, action: "stop" }, "(201-202)"],
    ["by tag", "proxmox_vm_action", { vmid: 110, action: "stop" }, "(tag:staging)"],
    ["by node", "proxmox_vm_destroy", { vmid: 104 }, "(node:pve3)"],
    ["as an API call", "proxmox_api_call", { method: "DELETE", path: "/nodes/pve1/qemu/103" }, "(103)"],
  ])("%s is not destroyed or stopped", async (_by, tool, args, item) => {
    expect(await denied(tool, args)).toContain(item);
  });

  test("keeps its volumes and backups", async () => {
    const text = await denied("proxmox_api_call", {
      method: "DELETE",
      path: "/nodes/pve1/storage/nfs/content/nfs:103%2Fvm-103-disk-0.qcow2",
    });
    expect(text).toContain("VM 103 (db1)");
    const backup = "local:backup/vzdump-qemu-103-2026_01_01-00_00_00.vma.zst";
    const path = `/nodes/pve2/storage/local/content/${encodeURIComponent(backup)}`;
    expect(await denied("proxmox_api_call", { method: "DELETE", path })).toContain("(103)");
  });

  test("keeps an image that is in its drive, and the storage of its disks", async () => {
    const iso = encodeURIComponent("nfs:iso/virtio-win-0.1.271.iso");
    const path = `/nodes/pve1/storage/nfs/content/${iso}`;
    expect(await denied("proxmox_api_call", { method: "DELETE", path })).toContain("VM 104 (win1)");
    expect(await denied("proxmox_api_call", { method: "DELETE", path: "/storage/nfs" })).toContain("(103)");
  });

  test("stays while its node or many guests are stopped", async () => {
    expect(await denied("proxmox_node_action", { node: "pve1", action: "stopall" })).toMatch(
      /\(103\)|\(201-202\)/,
    );
    await denied("proxmox_node_action", { node: "pve1", action: "reboot" });
    await denied("proxmox_node_action", { node: "pve3", action: "shutdown" });
  });

  test("can be changed, started and read, and its dry run says that the call would be refused", async () => {
    await session.ok("proxmox_vm_update_config", { vmid: 103, description: "still here" });
    const dry = await session.ok("proxmox_vm_action", { vmid: 103, action: "stop", dryRun: true });
    expect(dry.text).toMatch(/would be refused: .*PROXMOX_MCP_PROTECT/);
  });

  test("cannot be talked out of protection by taking its tag away", async () => {
    expect(await denied("proxmox_vm_update_config", { vmid: 110, tags: ["web"] })).toContain("tag:staging");
    await denied("proxmox_vm_update_config", { vmid: 110, delete: ["tags"] });
    await session.ok("proxmox_vm_update_config", { vmid: 110, tags: ["staging", "web", "seen"] });
  });
});

test("a backup job that covers a protected guest stays; one that covers none may go", async () => {
  const one = await start("103");
  const make = (id: string, vmid: string) => {
    const params = { id, vmid, storage: "nfs", schedule: "02:00" };
    return one.ok("proxmox_api_call", { method: "POST", path: "/cluster/backup", params });
  };
  await make("covers", "101,103");
  await make("other", "102");
  await one.ok("proxmox_api_call", { method: "DELETE", path: "/cluster/backup/other" });
  expect(
    await denied("proxmox_api_call", { method: "DELETE", path: "/cluster/backup/covers" }, one),
  ).toContain("(103)");
});

test("a pool protects its members", async () => {
  const one = await start("pool:production");
  expect(await denied("proxmox_vm_action", { vmid: 101, action: "stop" }, one)).toContain(
    "(pool:production)",
  );
  const path = "/pools/production";
  await denied("proxmox_api_call", { method: "PUT", path, params: { vms: "101", delete: 1 } }, one);
  await denied("proxmox_api_call", { method: "DELETE", path }, one);
});

test("what is not protected goes on as ever", async () => {
  const one = await start("103");
  await one.ok("proxmox_vm_action", { vmid: 102, action: "stop", pollIntervalMs: 200 });
  expect(powerOf(lab, 102)).toBe("stopped");
});

test("a shell on a node is refused: what it does cannot be told", async () => {
  const one = await start("103");
  expect(await denied("proxmox_api_call", { method: "POST", path: "/nodes/pve2/termproxy" }, one)).toContain(
    "cannot be told",
  );
});

test("an account that does not see all guests cannot rule a protected one out", async () => {
  const blind = await start("tag:prod", "separated");
  const text = await denied("proxmox_node_action", { node: "pve2", action: "stopall" }, blind);
  expect(text).toContain("does not see every guest");
});

test("Proxmox VE's own protection flag is told apart", async () => {
  const open = await start("999");
  await open.ok("proxmox_vm_action", { vmid: 103, action: "stop", pollIntervalMs: 200 });
  const refused = await open.refused("proxmox_vm_destroy", { vmid: 103 });
  expect(refused.code).not.toBe("denied");
  expect(refused.text).toMatch(/protection mode enabled[\s\S]*Proxmox VE's own protection flag/);
  expect(refused.text).not.toMatch(/protected by PROXMOX_MCP_PROTECT/);
});

test("a setting that cannot be read stops the start and names the item", async () => {
  const bad = bench.unconnected({ ...settingsFor(lab), PROXMOX_MCP_PROTECT: "100,tag prod" });
  await expect(bad.client.connect(bad.transport)).rejects.toThrow();
  expect(bad.stderr).toMatch(/PROXMOX_MCP_PROTECT: "tag prod" is none of these/);
  const strange = bench.unconnected({ ...settingsFor(lab), PROXMOX_MCP_PROTECT: "prod/100" });
  await expect(strange.client.connect(strange.transport)).rejects.toThrow();
  expect(strange.stderr).toMatch(/PROXMOX_MCP_PROTECT: "prod\/100" is for a cluster that there is not/);
});
