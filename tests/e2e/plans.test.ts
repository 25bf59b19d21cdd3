import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { allText, auditLines } from "./audit-files.ts";
import { guestOf, powerOf, wholeState } from "./lab-view.ts";
import {
  type Answer,
  Bench,
  type Human,
  jobOf,
  type Session,
  settingsFor,
  UNGUARDED,
  until,
} from "./support.ts";

const KEYS = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHcanarykey me@here";
const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let stateDir: string;
let session: Session;
beforeEach(async () => {
  lab = await bench.lab({ speed: 1000 });
  stateDir = bench.folder();
  session = await start();
});
afterEach(() => bench.close());
afterAll(() => bench.close());

function start(env: Record<string, string> = {}, human?: Human): Promise<Session> {
  return bench.server({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: stateDir, ...env }, human);
}

function planIn({ text }: Answer): string {
  const id = /\bp_[0-9a-f]{24}\b/.exec(text)?.[0];
  if (id === undefined) throw new Error(`no plan in:\n${text}`);
  return id;
}

async function plan(tool: string, args: Record<string, unknown>, on = session): Promise<string> {
  return planIn(await on.ok(tool, { ...args, dryRun: true }));
}

const apply = (id: string, on = session) => on.call("proxmox_plan_apply", { plan: id, ...QUICK });
const config = (vmid: number, key: string) => guestOf(lab, vmid).config.get(key);

describe("a plan", () => {
  test("of a dry run is applied exactly, by its id alone, and once", async () => {
    const before = wholeState(lab);
    const shown = await session.ok("proxmox_vm_update_config", { vmid: 112, cores: 3, dryRun: true });
    expect(shown.text).toMatch(/Plan p_[0-9a-f]{24}, until \d\d:\d\d:\d\d UTC: proxmox_plan_apply/);
    expect(wholeState(lab)).toBe(before);
    const id = planIn(shown);
    const done = await session.ok("proxmox_plan_apply", { plan: id });
    expect(done.text).toMatch(/^Done: proxmox_vm_update_config on VM 112 \(scratch\) on pve3\njob: j_/);
    expect(config(112, "cores")).toBe("3");

    guestOf(lab, 112).config.set("cores", "2");
    const again = await session.refused("proxmox_plan_apply", { plan: id });
    expect(again.code).toBe("conflict");
    expect(again.text).toContain(`was applied already as job ${jobOf(done)}`);
    expect(config(112, "cores")).toBe("2");
  });

  test("that two apply at the same instant runs once", async () => {
    const id = await plan("proxmox_vm_clone", { vmid: 112, newid: 800, full: true });
    const both = await Promise.all([apply(id), apply(id)]);
    expect(both.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(both.find(({ isError }) => isError)?.code).toBe("conflict");
    expect(lab.tasks.all().filter(({ type }) => type === "qmclone")).toHaveLength(1);
  });

  test("can be deferred when it is applied", async () => {
    const id = await plan("proxmox_vm_clone", { vmid: 112, newid: 801, full: true });
    const answer = await session.ok("proxmox_plan_apply", { plan: id, waitMode: "deferred", ...QUICK });
    expect(answer.text).toMatch(/^Running: proxmox_vm_clone/);
    await session.ok("job_wait", { job: jobOf(answer) });
    expect(lab.state.guests.has(801)).toBe(true);
  });

  test("is audited as a change: before and after, under its id", async () => {
    const id = await plan("proxmox_vm_update_config", { vmid: 112, cores: 3 });
    await session.ok("proxmox_plan_apply", { plan: id });
    const lines = await until(() => {
      const found = auditLines(stateDir).filter((line) => "plan" in line && line.plan === id);
      return found.length >= 3 ? found : undefined;
    });
    expect(lines.map(({ event, tool }) => [event, tool])).toEqual([
      ["call", "proxmox_vm_update_config"],
      ["before", "proxmox_plan_apply"],
      ["after", "proxmox_plan_apply"],
    ]);
  });

  test("is listed with what became of it, and can be discarded", async () => {
    const id = await plan("proxmox_vm_update_config", { vmid: 112, cores: 3 });
    expect((await session.ok("proxmox_plan_list")).text).toMatch(
      new RegExp(
        `^${id} open until .*: proxmox_vm_update_config \\[write\\] on VM 112 \\(scratch\\) on pve3`,
      ),
    );
    expect((await session.ok("proxmox_plan_list", { plan: id })).text).toContain("cores=3");
    await session.ok("proxmox_plan_discard", { plan: id });
    const refused = await session.refused("proxmox_plan_apply", { plan: id });
    expect(refused.code).toBe("conflict");
    expect(refused.text).toContain("was discarded");
    expect((await session.ok("proxmox_plan_list")).text).toContain(`${id} discarded`);
    expect(config(112, "cores")).toBe("2");
  });

  test("that there is not is not_found", async () => {
    const refused = await session.refused("proxmox_plan_apply", { plan: `p_${"0".repeat(24)}` });
    expect(refused.code).toBe("not_found");
    expect(refused.text).toContain("Plan again");
  });
});

describe("a target that changed in between is a conflict that names the change", () => {
  test.each<[string, (lab: Lab) => void, RegExp]>([
    ["renamed", (of) => guestOf(of, 112).config.set("name", "other"), /is now named other/],
    ["another node", (of) => void Object.assign(guestOf(of, 112), { node: "pve1" }), /is now on pve1/],
    ["gone", (of) => void of.state.guests.delete(112), /VM 112 \(scratch\) on pve3 is gone/],
    ["another configuration", (of) => guestOf(of, 112).config.set("memory", "4096"), /changed \(memory\)/],
    [
      "VMID reused",
      (of) => {
        const guest = guestOf(of, 201);
        of.state.guests.set(112, { ...guest, vmid: 112 });
      },
      /VMID 112 is no longer VM 112 \(scratch\) on pve3, but container 112/,
    ],
  ])("%s", async (_what, change, named) => {
    const destroy = await plan("proxmox_vm_destroy", { vmid: 112 });
    change(lab);
    const state = wholeState(lab);
    const refused = await session.refused("proxmox_plan_apply", { plan: destroy });
    expect(refused.code).toBe("conflict");
    expect(refused.text).toMatch(named);
    expect(wholeState(lab)).toBe(state);
    // What was void once stays so, even should the change be taken back.
    expect((await session.refused("proxmox_plan_apply", { plan: destroy })).text).toContain("is void");
  });

  test("a VMID that was free and is taken now", async () => {
    const id = await plan("proxmox_vm_clone", { vmid: 112, newid: 802, full: true });
    lab.state.guests.set(802, { ...guestOf(lab, 101), vmid: 802 });
    const refused = await session.refused("proxmox_plan_apply", { plan: id });
    expect(refused.text).toMatch(/VMID 802, which no guest had, is now VM 802/);
  });

  test("an object without a digest, by its content", async () => {
    await session.ok("proxmox_pool_create", { poolid: "fresh", comment: "one" });
    const id = await plan("proxmox_pool_delete", { poolid: "fresh" });
    await session.ok("proxmox_pool_update", { poolid: "fresh", comment: "two" });
    const refused = await session.refused("proxmox_plan_apply", { plan: id });
    expect(refused.code).toBe("conflict");
    expect(lab.state.pools.has("fresh")).toBe(true);
  });
});

describe("the process that made a plan", () => {
  test("alone can apply it; when it has ended the plan is void", async () => {
    const id = await plan("proxmox_vm_update_config", { vmid: 112, cores: 3 });
    const other = await start();
    const elsewhere = await other.refused("proxmox_plan_apply", { plan: id });
    expect(elsewhere.code).toBe("conflict");
    expect(elsewhere.text).toContain("belongs to another running server");
    const gone = session.ended();
    process.kill(session.pid, "SIGKILL");
    await gone;
    const refused = await other.refused("proxmox_plan_apply", { plan: id });
    expect(refused.code).toBe("conflict");
    expect(refused.text).toMatch(/is void[\s\S]*Plan again/);
    expect((await other.ok("proxmox_plan_list")).text).toContain(`${id} void`);
    expect(config(112, "cores")).toBe("2");
  });
});

describe("secrets", () => {
  test("of a plan are applied, and in no file of the state directory", async () => {
    const args = { vmid: 112, cipassword: "canary-password", sshkeys: KEYS, ciuser: "admin" };
    const shown = await session.ok("proxmox_vm_update_config", { ...args, dryRun: true });
    expect(shown.text).not.toContain("canary-password");
    const id = planIn(shown);
    expect(allText(stateDir)).not.toContain("canary-password");
    const record = readFileSync(join(stateDir, "plans", `${id}.json`), "utf8");
    expect(record).toContain("ciuser=admin");
    expect(record).not.toMatch(/canary/);
    await session.ok("proxmox_plan_apply", { plan: id });
    expect(config(112, "cipassword")).toBeDefined();
    expect(decodeURIComponent(String(config(112, "sshkeys")))).toContain("canarykey");
    expect(allText(stateDir)).not.toContain("canary-password");
  });
});

describe("a destructive plan", () => {
  test("is confirmed when it is applied, with what else it touches; a no ends it", async () => {
    const asked: string[] = [];
    let answer = "no";
    const careful = await start({ PROXMOX_MCP_CONFIRM: "destructive" }, async ({ message }) => {
      asked.push(message);
      return { action: "accept", content: { confirm: answer } };
    });
    const declined = await plan("proxmox_vm_destroy", { vmid: 112 }, careful);
    expect(asked).toEqual([]);
    expect((await apply(declined, careful)).code).toBe("declined");
    expect(asked[0]).toContain("Looked for, none: linked clones");
    expect((await apply(declined, careful)).text).toContain("was declined by a human");
    answer = "scratch";
    expect((await apply(await plan("proxmox_vm_destroy", { vmid: 112 }, careful), careful)).isError).toBe(
      false,
    );
    expect(lab.state.guests.has(112)).toBe(false);
  });

  test("is not begun where a client cannot ask, and can be tried again", async () => {
    const mute = await start({ PROXMOX_MCP_CONFIRM: "destructive" });
    const id = await plan("proxmox_vm_action", { vmid: 101, action: "stop" }, mute);
    expect((await apply(id, mute)).code).toBe("confirmation_required");
    expect((await apply(id, mute)).code).toBe("confirmation_required");
    expect(powerOf(lab, 101)).toBe("running");
  });

  test("is refused where access does not reach it", async () => {
    const writer = await start({ PROXMOX_MCP_ACCESS: "write" });
    const shown = await writer.call("proxmox_vm_action", { vmid: 101, action: "stop", dryRun: true });
    expect(shown.text).toContain("The call itself would be refused");
    const listed = await writer.ok("proxmox_plan_list");
    expect((await apply(planIn(listed), writer)).code).toBe("denied");
    const reader = await start({ PROXMOX_MCP_ACCESS: "read" });
    expect((await apply(planIn(listed), reader)).code).toBe("denied");
  });
});

describe("what else a plan touches", () => {
  const REBOOT = { node: "pve1", action: "reboot", dryRun: true };

  test("is in the dry run; what could not be looked at is said, whatever the reason", async () => {
    const path = {
      backup: "/cluster/backup",
      ha: "/cluster/ha/resources",
      replication: "/cluster/replication",
    };
    lab.faults.request({
      path: path.backup,
      fault: { kind: "status", status: 403, reason: "Permission check failed" },
    });
    lab.faults.request({ path: path.ha, fault: { kind: "status", status: 501, reason: "not implemented" } });
    lab.faults.request({ path: path.replication, fault: { kind: "hung" } });
    const { text } = await session.ok("proxmox_vm_destroy", { vmid: 112, dryRun: true });
    const [line = ""] = /^Could not be looked at: .*$/m.exec(text) ?? [];
    expect(line).toContain("backup jobs (GET /cluster/backup: 403 Permission check failed)");
    expect(line).toContain("HA resources (GET /cluster/ha/resources: 501 not implemented)");
    expect(line).toContain("replication jobs (GET /cluster/replication: no answer within 6 s)");
    expect(text).not.toMatch(/Looked for, none:.*(?:backup|HA resources|replication)/);
  });

  test("names the guests of a node and what it does to the quorum", async () => {
    const { text } = await session.ok("proxmox_node_action", REBOOT);
    expect(text).toMatch(/Also touched: \d+ guests on pve1, \d+ running: .*VM 101 \(web1\)/);
    expect(text).toContain("Also touched: without pve1 2 of 3 votes are left, quorum needs 2");
  });

  test("is not said to be nothing to an account that sees little", async () => {
    const operator = await bench.server({
      ...settingsFor(lab, "separated"),
      ...UNGUARDED,
      PROXMOX_MCP_STATE_DIR: stateDir,
    });
    const { text } = await operator.ok("proxmox_node_action", REBOOT);
    expect(text).toContain("NOT HELD: Sys.PowerMgmt on /nodes/pve1");
    expect(text).toContain("guests that the account may not see: it lacks VM.Audit on /vms");
    expect(text).not.toMatch(/Looked for, none:.*guests on the node/);
  });
});
