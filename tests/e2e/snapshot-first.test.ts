import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { guestOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };
const NAME = /mcp-\d{8}-\d{6}-[0-9a-f]{4}/;

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
});
beforeEach(() => lab.faults.clear());
afterAll(() => bench.close());

const ours = (vmid: number) => [...guestOf(lab, vmid).snapshots.keys()].filter((name) => NAME.test(name));
const update = (vmid: number, more: object) =>
  session.call("proxmox_vm_update_config", { vmid, snapshotFirst: true, ...QUICK, ...more });

async function refusedUntouched(name: string, args: Record<string, unknown>) {
  const before = wholeState(lab);
  const refused = await session.refused(name, { snapshotFirst: true, ...QUICK, ...args });
  expect(wholeState(lab)).toBe(before);
  return refused;
}

describe("a snapshot before the change", () => {
  test("is taken without memory, named in the answer, and holds what was before", async () => {
    guestOf(lab, 101).config.set("tags", "old");
    const done = await update(101, { tags: ["new"] });
    expect(done.isError).toBe(false);
    const [name = ""] = ours(101);
    expect(done.text).toContain(`Takes the snapshot ${name} of VM 101`);
    expect(guestOf(lab, 101).config.get("tags")).toBe("new");
    const snapshot = guestOf(lab, 101).snapshots.get(name);
    expect(snapshot?.config.get("tags")).toBe("old");
    expect(snapshot?.config.has("vmstate")).toBe(false);
  });

  test("is shown by a dry run, and the kept plan takes it", async () => {
    const had = ours(103);
    const dry = await session.ok("proxmox_vm_update_config", {
      vmid: 103,
      description: "planned",
      snapshotFirst: true,
      dryRun: true,
    });
    expect(ours(103)).toEqual(had);
    const name = NAME.exec(dry.text)?.[0] ?? "";
    expect(dry.text).toMatch(/1\. snapshot: POST \/nodes\/pve\d\/qemu\/103\/snapshot \[write\]/);
    const plan = /\bp_[0-9a-f]{24}\b/.exec(dry.text)?.[0];
    await session.ok("proxmox_plan_apply", { plan, ...QUICK });
    expect(ours(103)).toContain(name);
    expect(guestOf(lab, 103).config.get("description")).toBe("planned");
  });

  test("that fails stops the change", async () => {
    lab.faults.task({ type: "qmsnapshot", exitstatus: "snapshot failed: no space", times: 1 });
    const refused = await update(102, { description: "never" });
    expect(refused.code).toBe("task_failed");
    expect(refused.text).toContain("Not begun: s1");
    expect(guestOf(lab, 102).config.get("description")).not.toBe("never");
  });

  test("of a container", async () => {
    const done = await session.ok("proxmox_lxc_update_config", {
      vmid: 201,
      description: "new",
      snapshotFirst: true,
      ...QUICK,
    });
    expect(done.text).toMatch(NAME);
    expect(ours(201)).toHaveLength(1);
  });

  test("also before a call of the API itself", async () => {
    const path = "/nodes/pve1/qemu/101/config";
    const had = ours(101).length;
    const call = { method: "PUT", path, params: { description: "direct" }, snapshotFirst: true, ...QUICK };
    await session.ok("proxmox_api_call", call);
    expect(ours(101)).toHaveLength(had + 1);
  });
});

describe("no change without one", () => {
  test("where a disk's storage can do none", async () => {
    const guest = guestOf(lab, 102);
    const disk = guest.config.get("scsi0") ?? "";
    lab.faults.request({
      method: "GET",
      path: `/nodes/${guest.node}/qemu/102/feature`,
      fault: { kind: "status", status: 403, reason: "Permission check failed (/vms/102, VM.Audit)" },
      times: 1,
    });
    expect(disk).not.toBe("");
    expect((await refusedUntouched("proxmox_vm_update_config", { vmid: 102, description: "x" })).code).toBe(
      "forbidden",
    );
    const volume = disk.split(",")[0] ?? "";
    guest.config.set("scsi0", disk.replace(volume, "local:102/vm-102-disk-0.raw"));
    const refused = await refusedUntouched("proxmox_vm_update_config", { vmid: 102, description: "x" });
    guest.config.set("scsi0", disk);
    expect(refused.code).toBe("unsupported");
    expect(refused.text).toContain("cannot be snapshotted");
    expect(refused.text).toContain("backup");
  });

  test("where the guest is destroyed: its snapshots would go with it", async () => {
    const refused = await refusedUntouched("proxmox_vm_destroy", { vmid: 112 });
    expect(refused.code).toBe("invalid_input");
    expect(refused.text).toContain("proxmox_backup_start");
  });

  test.each([
    ["a pool", { method: "PUT", path: "/pools", params: { poolid: "staging", comment: "x" } }],
    ["a firewall", { method: "PUT", path: "/nodes/pve1/qemu/101/firewall/options", params: { enable: 1 } }],
    ["a template to be", { method: "POST", path: "/nodes/pve1/qemu/101/template" }],
  ])("of %s", async (_, call) => {
    expect((await refusedUntouched("proxmox_api_call", call)).code).toBe("invalid_input");
  });
});

test.each([
  ["proxmox_vm_action", { vmid: 101, action: "shutdown" }, true],
  ["proxmox_vm_snapshot_create", { vmid: 101, snapname: "a1" }, false],
  ["proxmox_vm_clone", { vmid: 900, newid: 950 }, false],
  ["proxmox_vm_create", { vmid: 951, node: "pve1" }, false],
  ["proxmox_pool_update", { poolid: "staging", comment: "x" }, false],
])("%s takes it only as a change of an existing guest", async (name, args, takes) => {
  const answer = await session.call(name, { ...args, snapshotFirst: true, dryRun: true });
  if (takes) expect(answer.text).toContain("1. snapshot:");
  else expect(answer.text).toMatch(/Error invalid_input: .*snapshotFirst/);
});
