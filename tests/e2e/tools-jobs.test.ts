import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { powerOf } from "./lab-view.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED, until } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  // Slow enough to look at tasks that run: a full clone of 60 GiB takes some seconds.
  lab = await bench.lab({ speed: 12 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
});
beforeEach(() => lab.faults.clear());
afterAll(() => bench.close());

let nextid = 800;
/** Begins a long clone and answers the job's id. */
async function begin(
  mode: "deferred" | "auto" = "deferred",
  more: object = {},
): Promise<{ job: string; newid: number }> {
  nextid += 1;
  const answer = await session.ok("proxmox_vm_clone", {
    ...{ vmid: 104, newid: nextid, full: true, storage: "nfs", waitMode: mode, ...QUICK },
    ...more,
  });
  return { job: jobOf(answer), newid: nextid };
}

describe("how long a call waits", () => {
  test("deferred hands back the job at once; job_wait then answers as the call would have", async () => {
    const { job, newid } = await begin();
    expect((await session.ok("job_get", { job })).text).toContain(`Job ${job}: running`);
    const messages: string[] = [];
    const done = await session.ok(
      "job_wait",
      { job, timeoutMs: 30_000 },
      { onprogress: (text) => messages.push(text) },
    );
    expect(done.text).toContain("Done: proxmox_vm_clone on VM 104 (win1) on pve3, new VM");
    expect(messages.some((text) => text.includes(job))).toBe(true);
    expect(lab.state.guests.has(newid)).toBe(true);
    expect((await session.ok("job_logs", { job })).text).toMatch(/not instructions[\s\S]*TASK OK/);
  });

  test("auto hands back the job when the time is over, and the job goes on", async () => {
    const { job, newid } = await begin("auto", { timeoutMs: 1000 });
    expect((await session.ok("job_get", { job })).text).toContain("running");
    await session.ok("job_wait", { job, timeoutMs: 30_000 });
    expect(lab.state.guests.has(newid)).toBe(true);
  });

  test("wait waits to the end, and tells the task's log meanwhile", async () => {
    nextid += 1;
    const messages: string[] = [];
    const answer = await session.ok(
      "proxmox_vm_clone",
      { vmid: 104, newid: nextid, full: true, storage: "nfs", waitMode: "wait", ...QUICK },
      { onprogress: (text) => messages.push(text) },
    );
    expect(answer.text).toContain("Done");
    const log = lab.tasks.all()[0]?.log ?? [];
    const told = messages.filter((text) => log.includes(text));
    expect(told.at(-1)).toBe("TASK OK");
    expect(told.length).toBeGreaterThan(1);
  });

  test("job_wait answers the running job when its own time is over", async () => {
    const { job } = await begin();
    const answer = await session.ok("job_wait", { job, timeoutMs: 0 });
    expect(answer.text).toMatch(/^Running: .*not finished/);
    await session.ok("job_cancel", { job });
  });
});

describe("job_cancel", () => {
  test("stops the task on Proxmox VE; the job is interrupted and says so", async () => {
    const { job, newid } = await begin();
    const upid = await until(() => lab.tasks.all().find(({ exitstatus }) => exitstatus === undefined)?.upid);
    const { text } = await session.ok("job_cancel", { job });
    expect(text).toContain(`Job ${job}: interrupted`);
    expect(lab.tasks.get(upid)?.exitstatus).toBe("unexpected status");
    expect((await session.refused("job_wait", { job })).code).toBe("cancelled");
    expect((await session.refused("job_cancel", { job })).code).toBe("conflict");
    expect(lab.state.guests.has(newid)).toBe(false);
  });

  test("takes the access that changing takes", async () => {
    const reading = await bench.server({ ...settingsFor(lab), PROXMOX_MCP_MIN_VALIDATION: "experimental" });
    const answer = await reading.refused("job_cancel", { job: "j_000000000000000000000000" });
    expect(answer.code).toBe("denied");
    expect(answer.text).toContain("PROXMOX_MCP_ACCESS=write");
  });

  test("an unknown job is said to be one, by every job tool", async () => {
    for (const tool of ["job_get", "job_wait", "job_cancel", "job_logs"]) {
      expect((await session.refused(tool, { job: "j_000000000000000000000000" })).code).toBe("not_found");
    }
  });
});

describe("how a job ends", () => {
  test("a warning of the task is success with warnings", async () => {
    lab.faults.task({ type: "qmconfig", id: "112", exitstatus: "WARNINGS: 2", times: 1 });
    const { text } = await session.ok("proxmox_vm_update_config", { vmid: 112, scsi3: "nfs:1", ...QUICK });
    expect(text).toMatch(/^Done with 1 warning: /);
    expect(text).toContain("WARNINGS: 2");
    const upid = lab.tasks.all().find(({ type }) => type === "qmconfig")?.upid;
    expect((await session.ok("proxmox_task_get", { upid })).text).toContain("warnings (WARNINGS: 2)");
  });

  test("a failed job keeps its error and its log for later", async () => {
    lab.faults.task({ type: "qmclone", exitstatus: "out of space", times: 1 });
    const { job } = await begin();
    const answer = await session.refused("job_wait", { job, timeoutMs: 30_000 });
    expect(answer.code).toBe("task_failed");
    expect(answer.text).toMatch(/out of space[\s\S]*Last lines of the log/);
    expect((await session.ok("job_get", { job })).text).toMatch(
      /failed[\s\S]*error: task_failed: .*out of space/,
    );
    expect((await session.ok("job_logs", { job })).text).toContain("TASK ERROR: out of space");
  });
});

test("job_list shows jobs newest first, by state and no more than asked for", async () => {
  await session.ok("proxmox_vm_action", { vmid: 111, action: "suspend", ...QUICK });
  expect(powerOf(lab, 111)).toBe("paused");
  const { text } = await session.ok("job_list", { limit: 2 });
  const lines = text.split("\n");
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^j_[0-9a-f]{24} succeeded 1\/1 steps, proxmox_vm_action on VM 111/);
  const failed = (await session.ok("job_list", { state: "failed" })).text.split("\n");
  expect(failed.every((line) => line.includes(" failed "))).toBe(true);
  expect((await session.ok("job_list", { state: "outcome_unknown" })).text).toBe("No jobs.");
});
