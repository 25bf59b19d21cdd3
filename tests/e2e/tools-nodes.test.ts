import { afterAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { guestOf, powerOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeEach(async () => {
  await bench.close();
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
});
afterAll(() => bench.close());

const act = (node: string, action: string, more: object = {}) =>
  session.ok("proxmox_node_action", { node, action, pollIntervalMs: 200, ...more });
const refused = (node: string, action: string, more: object = {}) =>
  session.refused("proxmox_node_action", { node, action, pollIntervalMs: 200, ...more });

describe("proxmox_node_action", () => {
  test("dry runs of all actions change nothing", async () => {
    lab.power("pve3", "down");
    const before = wholeState(lab);
    for (const [action, risk, more] of [
      ["reboot", "destructive", {}],
      ["shutdown", "destructive", {}],
      ["startall", "write", { force: true, vms: [101], "max-workers": 2 }],
      ["stopall", "destructive", { timeout: 10, "force-stop": false }],
      ["suspendall", "write", {}],
      ["migrateall", "write", { target: "pve2", "with-local-disks": true, "max-workers": 3 }],
    ] as const) {
      const { text } = await act("pve1", action, { ...more, dryRun: true });
      expect(text).toContain(`Risk: ${risk}.`);
      expect(text).toContain("nothing was changed");
    }
    expect((await act("pve3", "wakeonlan", { dryRun: true })).text).toContain("/wakeonlan [write]");
    expect(wholeState(lab)).toBe(before);
  });

  test("reboot is done when the node has gone and come back", async () => {
    const { bootedAt } = lab.state.nodes.get("pve2") ?? { bootedAt: 0 };
    await act("pve2", "reboot");
    expect(lab.state.nodes.get("pve2")).toMatchObject({ power: "online" });
    expect(lab.state.nodes.get("pve2")?.bootedAt).toBeGreaterThan(bootedAt);
  });

  test("shutdown takes a node down, and wakeonlan wakes it through another one", async () => {
    await act("pve3", "shutdown");
    expect(lab.state.nodes.get("pve3")?.power).toBe("down");
    expect((await refused("pve3", "startall")).code).toBe("conflict");
    await act("pve3", "wakeonlan");
    expect(lab.state.nodes.get("pve3")?.power).not.toBe("down");
    expect((await refused("pve1", "wakeonlan")).code).toBe("conflict");
  });

  test("stopall, startall and suspendall tell what came of each guest", async () => {
    const stopped = await act("pve1", "stopall");
    for (const guest of ["VM 101 ok", "VM 103 ok", "CT 201 ok", "CT 204 ok"])
      expect(stopped.text).toContain(guest);
    expect([101, 103, 201, 204].map((vmid) => powerOf(lab, vmid))).toEqual(Array(4).fill("stopped"));

    const started = await act("pve1", "startall");
    expect(started.text).toContain("VM 101 ok");
    expect([101, 103, 201, 204].map((vmid) => powerOf(lab, vmid))).toEqual([
      "running",
      "running",
      "running",
      "stopped",
    ]);

    await act("pve1", "suspendall", { vms: [101] });
    expect(guestOf(lab, 101).config.get("lock")).toBe("suspended");
    expect(powerOf(lab, 103)).toBe("running");
  });

  test("a guest that fails makes the whole an error that names it, and the others are told", async () => {
    await act("pve1", "stopall");
    lab.faults.task({ type: "qmstart", id: "103", exitstatus: "no memory" });
    const answer = await refused("pve1", "startall");
    expect(answer.code).toBe("task_failed");
    expect(answer.text).toMatch(/VM 103[^;]*no memory/);
    expect(answer.text).toContain("VM 101 ok");
    expect(powerOf(lab, 101)).toBe("running");
  });

  test("migrateall needs another online node, and moves the guests there", async () => {
    expect((await refused("pve2", "migrateall")).code).toBe("invalid_input");
    expect((await refused("pve2", "migrateall", { target: "pve2" })).code).toBe("invalid_input");
    expect((await refused("pve2", "migrateall", { target: "pve9" })).code).toBe("not_found");
    const { text } = await act("pve2", "migrateall", { target: "pve1", vms: [102] });
    expect(text).toContain("VM 102 ok");
    expect(guestOf(lab, 102).node).toBe("pve1");
    expect(guestOf(lab, 202).node).toBe("pve2");
    expect((await session.ok("proxmox_vm_get", { vmid: 102 })).text).toContain("(web2) on pve1");
  });

  test("takes no option of another action", async () => {
    const answer = await refused("pve1", "reboot", { target: "pve2" });
    expect(answer.code).toBe("invalid_input");
    expect(answer.text).toContain("does not take target");
  });
});
