import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { auditLines } from "./audit-files.ts";
import { guestOf } from "./lab-view.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let session: Session;
const state = bench.folder();
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: state });
});
beforeEach(() => lab.faults.clear());
afterAll(() => bench.close());

const ignore = (method: string, path: string, task?: string) =>
  lab.faults.request({ method, path, fault: { kind: "ignored", ...(task ? { task } : {}) }, times: 1 });

describe("what Proxmox VE answers as done, and has not done", () => {
  test("a configuration: an error that says what it is and was to be", async () => {
    ignore("PUT", "/nodes/pve1/qemu/101/config");
    ignore("POST", "/nodes/pve1/qemu/101/config", "qmconfig");
    const refused = await session.refused("proxmox_vm_update_config", { vmid: 101, cores: 7, ...QUICK });
    expect(refused.code).toBe("not_applied");
    expect(refused.text).toMatch(/cores is \d+, planned 7/);
    expect((await session.ok("job_get", { job: jobOf(refused) })).text).toContain("failed");
  });

  test("a task that ended well: a clone that is not there", async () => {
    const path = "/nodes/pve1/qemu/900/clone";
    ignore("POST", path, "qmclone");
    const call = { method: "POST", path, params: { newid: 777 }, ...QUICK };
    const refused = await session.refused("proxmox_api_call", call);
    expect(refused.code).toBe("not_applied");
    expect(refused.text).toContain("/nodes/pve1/qemu/777: it is not there");
  });

  test("a firewall rule, a member of a pool, an entry of the access list", async () => {
    const calls = [
      {
        method: "POST",
        path: "/cluster/firewall/rules",
        params: { type: "in", action: "DROP", comment: "e2e" },
      },
      { method: "PUT", path: "/pools", params: { poolid: "staging", vms: "112" } },
    ];
    for (const call of calls) {
      ignore(call.method, call.path);
      expect((await session.refused("proxmox_api_call", call)).code).toBe("not_applied");
      expect((await session.ok("proxmox_api_call", call)).text).toContain("read back: as planned");
    }
    const acl = { path: "/vms/112", roles: "PVEAuditor", users: "operator@pve" };
    await session.ok("proxmox_api_call", { method: "PUT", path: "/access/acl", params: acl });
    ignore("PUT", "/access/acl");
    const gone = { method: "PUT", path: "/access/acl", params: { ...acl, delete: 1 } };
    expect((await session.refused("proxmox_api_call", gone)).text).toContain("is still there");
  });

  test("a deferred job: whoever waits for it is told, and the audit has it", async () => {
    const path = "/nodes/pve1/qemu/101/snapshot";
    ignore("POST", path, "qmsnapshot");
    const begun = await session.ok("proxmox_api_call", {
      method: "POST",
      path,
      params: { snapname: "later" },
      waitMode: "deferred",
      ...QUICK,
    });
    const refused = await session.refused("job_wait", { job: jobOf(begun) });
    expect(refused.code).toBe("not_applied");
    expect(refused.text).toContain("later is not there");
  });
});

describe("what was done", () => {
  test("is as planned, and pending where a running guest takes it only later", async () => {
    const done = await session.ok("proxmox_vm_update_config", { vmid: 101, description: "seen", ...QUICK });
    expect(done.text).toContain("read back: as planned");
    const pending = await session.ok("proxmox_vm_update_config", { vmid: 101, bios: "ovmf", ...QUICK });
    expect(pending.text).toContain("bios is pending until the guest is stopped and started");
  });

  test("stays a success where it cannot be looked at, which is said", async () => {
    lab.faults.request({
      method: "GET",
      path: "/nodes/pve1/qemu/101/pending",
      fault: { kind: "status", status: 403, reason: "Permission check failed (/vms/101, VM.Audit)" },
    });
    const done = await session.ok("proxmox_vm_update_config", { vmid: 101, description: "unseen", ...QUICK });
    expect(done.text).toMatch(/read back \/nodes\/pve1\/qemu\/101: not checked; .*VM\.Audit/);
    expect(guestOf(lab, 101).config.get("description")).toBe("unseen");
  });

  test("takes one read more than the change itself", async () => {
    const change = (description: string) =>
      session.ok("proxmox_api_call", {
        method: "PUT",
        path: "/nodes/pve1/qemu/101/config",
        params: { description },
      });
    await change("warm");
    const before = lab.requests();
    await change("counted");
    // The digest and values before, the inventory for the target's name, the change itself, and what became of it.
    expect(lab.requests() - before).toBeLessThanOrEqual(4);
  });
});

test("the audit says after each change what was read back", async () => {
  await session.close();
  const after = auditLines(state).filter(({ event }) => event === "after");
  expect(after.length).toBeGreaterThan(5);
  expect(after.filter(({ checks }) => checks === undefined)).toEqual([]);
  expect(JSON.stringify(after.map(({ checks }) => checks))).toContain("not applied");
});
