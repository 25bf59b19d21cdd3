import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { guestOf, manageByHa, powerOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
});
afterAll(() => bench.close());

const act = (vmid: number | string, action: string, more: object = {}) =>
  session.ok("proxmox_vm_action", { vmid, action, ...QUICK, ...more });

describe("proxmox_vm_action", () => {
  test.each([
    ["start", 112, "write"],
    ["shutdown", 101, "write"],
    ["reboot", 102, "write"],
    ["stop", 102, "destructive"],
    ["reset", 102, "destructive"],
    ["suspend", 102, "write"],
    ["hibernate", 102, "write"],
    ["resume", 102, "write"],
  ])("a dry run of %s changes nothing and says its risk", async (action, vmid, risk) => {
    const before = wholeState(lab);
    const { text } = await act(vmid, action, { dryRun: true });
    expect(text).toContain("nothing was changed");
    expect(text).toContain(`Risk: ${risk}.`);
    expect(text).toMatch(/POST \/nodes\/pve\d\/qemu\/\d+\/status\/\w+ \[/);
    expect(text).toContain(`needs VM.PowerMgmt on /vms/${vmid}`);
    expect(wholeState(lab)).toBe(before);
  });

  test("start, suspend, resume, hibernate, resume, shutdown", async () => {
    const seen: string[] = [];
    for (const action of ["start", "suspend", "resume", "hibernate", "resume", "shutdown"]) {
      await act(112, action);
      seen.push(powerOf(lab, 112));
      if (action === "hibernate") expect(guestOf(lab, 112).config.get("lock")).toBe("suspended");
    }
    expect(seen).toEqual(["running", "paused", "running", "stopped", "running", "stopped"]);
  });

  test("reboot makes a new process, reset keeps it, stop ends it", async () => {
    const first = guestOf(lab, 102).runtime;
    await act("web2", "reboot");
    const second = guestOf(lab, 102).runtime;
    expect(second).toBeDefined();
    expect(second).not.toBe(first);
    await act("web2", "reset");
    expect(guestOf(lab, 102).runtime).toBe(second);
    await act("web2", "stop");
    expect(powerOf(lab, 102)).toBe("stopped");
  });

  test("options go to Proxmox VE: a guest that ignores the request is stopped where forceStop says so", async () => {
    const { runtime } = guestOf(lab, 111);
    if (runtime !== undefined) runtime.ignoresShutdown = true;
    const failed = await session.refused("proxmox_vm_action", {
      ...{ vmid: 111, action: "shutdown", timeout: 1, ...QUICK },
    });
    expect(failed.code).toBe("task_failed");
    expect(powerOf(lab, 111)).toBe("running");
    await act(111, "shutdown", { timeout: 1, forceStop: true });
    expect(powerOf(lab, 111)).toBe("stopped");
  });

  test("takes no option of another action, no template, and no guest that is not there", async () => {
    const before = wholeState(lab);
    const codeOf = async (args: Record<string, unknown>) =>
      (await session.refused("proxmox_vm_action", args)).code;
    expect(await codeOf({ vmid: 104, action: "reset", forceStop: true })).toBe("invalid_input");
    expect(await codeOf({ vmid: 900, action: "start" })).toBe("invalid_input");
    expect(await codeOf({ vmid: 201, action: "start" })).toBe("invalid_input");
    expect(await codeOf({ vmid: 999, action: "start" })).toBe("not_found");
    expect(await codeOf({ vmid: 104, action: "explode" })).toBe("invalid_input");
    expect(wholeState(lab)).toBe(before);
  });

  test("a task that fails is an error with its exit status and last log lines", async () => {
    lab.faults.task({ type: "qmstart", id: "104", exitstatus: "start failed: no memory", times: 1 });
    const answer = await session.refused("proxmox_vm_action", { vmid: 104, action: "start", ...QUICK });
    expect(answer.code).toBe("task_failed");
    expect(answer.text).toContain("start failed: no memory");
    expect(answer.text).toMatch(/Last lines of the log[\s\S]*TASK ERROR: start failed: no memory/);
    expect(powerOf(lab, 104)).toBe("stopped");
  });

  test("a locked VM answers the lock", async () => {
    guestOf(lab, 104).config.set("lock", "backup");
    const answer = await session.refused("proxmox_vm_action", { vmid: 104, action: "start", ...QUICK });
    expect(answer.text).toContain("VM is locked (backup)");
    expect(powerOf(lab, 104)).toBe("stopped");
    guestOf(lab, 104).config.delete("lock");
  });

  test("a lock that is not had in time is an error that names it", async () => {
    lab.faults.lockTimeout("104");
    const answer = await session.refused("proxmox_vm_action", { vmid: 104, action: "start", ...QUICK });
    expect(answer.text).toMatch(/can't lock file|got timeout/);
    expect(powerOf(lab, 104)).toBe("stopped");
  });

  test("of a guest under HA the new state counts, not the request's task", async () => {
    manageByHa(lab, 110);
    const { text } = await act(110, "start");
    expect(text).toContain(":hastart:110:");
    expect(powerOf(lab, 110)).toBe("running");
    await act(110, "stop");
    expect(powerOf(lab, 110)).toBe("stopped");
    delete guestOf(lab, 110).ha;
  });

  test("two changes of one guest at once: each is answered with what really happened", async () => {
    const answers = await Promise.all([
      session.call("proxmox_vm_action", { vmid: 104, action: "start", ...QUICK }),
      session.call("proxmox_vm_action", { vmid: 104, action: "start", ...QUICK }),
    ]);
    expect(answers.map(({ isError }) => isError).sort()).toEqual([false, true]);
    expect(answers.find(({ isError }) => isError)?.text).toContain("already running");
  });
});
