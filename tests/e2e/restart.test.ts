import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { auditLines, chainStates } from "./audit-files.ts";
import { powerOf } from "./lab-view.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED, until } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let stateDir: string;
beforeEach(async () => {
  lab = await bench.lab({ speed: 12 });
  stateDir = bench.folder();
});
afterEach(() => bench.close());
afterAll(() => bench.close());

const start = (env: Record<string, string> = {}) =>
  bench.server({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: stateDir, ...env });

async function kill(session: Session): Promise<void> {
  const gone = session.ended();
  process.kill(session.pid, "SIGKILL");
  await gone;
}

/** Begins a clone that takes some seconds, and waits until its task runs. */
async function beginClone(session: Session, newid = 800): Promise<{ job: string; upid: string }> {
  const answer = await session.ok("proxmox_vm_clone", {
    ...{ vmid: 104, newid, full: true, storage: "nfs", waitMode: "deferred", ...QUICK },
  });
  const job = jobOf(answer);
  const upid = await until(
    async () =>
      /UPID:[^\s:]+(?::[^\s:]+){3}:qmclone:104:[^\s:]+:/.exec(
        (await session.ok("job_get", { job })).text,
      )?.[0],
  );
  return { job, upid };
}

describe("a server that is killed in the middle of a job", () => {
  test("leaves the task running; the next one follows it and says how far the job came", async () => {
    const first = await start();
    const { job, upid } = await beginClone(first);
    await kill(first);
    expect(lab.tasks.get(upid)?.exitstatus).toBeUndefined();

    const second = await start();
    expect((await second.ok("job_get", { job })).text).toMatch(/running|interrupted/);
    const ended = await second.refused("job_wait", { job, timeoutMs: 30_000 });
    expect(ended.text).toContain("The process that ran this job ended before it was through");
    expect(lab.tasks.get(upid)?.exitstatus).toBe("OK");
    const { text } = await second.ok("job_get", { job });
    expect(text).toContain(`Job ${job}: interrupted`);
    expect(text).toContain("step s1 done: POST /nodes/pve3/qemu/104/clone");
    expect(text).toContain(`${upid}: OK`);
    expect(lab.tasks.all().filter(({ type }) => type === "qmclone")).toHaveLength(1);
  });

  test("while its request was on the wire: the task that came of it is found by the next one", async () => {
    lab.faults.request({
      method: "POST",
      path: "/nodes/pve3/qemu/112/status/start",
      fault: { kind: "slow", ms: 3000 },
    });
    const first = await start();
    const answer = await first.ok("proxmox_vm_action", {
      vmid: 112,
      action: "start",
      waitMode: "deferred",
      ...QUICK,
    });
    const job = jobOf(answer);
    await until(() => (powerOf(lab, 112) === "running" ? true : undefined));
    await kill(first);

    const second = await start();
    await second.refused("job_wait", { job, timeoutMs: 30_000 });
    const { text } = await second.ok("job_get", { job });
    expect(text).toContain("interrupted");
    expect(text).toMatch(/UPID:pve3:.*:qmstart:112:.*OK/);
    expect(lab.tasks.all().filter(({ type }) => type === "qmstart")).toHaveLength(1);
  });

  test("the audit shows what began and was not finished, and that it was taken up", async () => {
    const first = await start();
    const { job } = await beginClone(first);
    await kill(first);
    const second = await start();
    await second.refused("job_wait", { job, timeoutMs: 30_000 });
    await second.close();
    await second.ended();
    const lines = auditLines(stateDir);
    const begun = lines.find(({ event }) => event === "before");
    expect(begun?.tool).toBe("proxmox_vm_clone");
    expect(lines.filter(({ event }) => event === "after")).toEqual([]);
    expect(lines.find(({ event }) => event === "recovered")).toMatchObject({ job, outcome: "interrupted" });
    expect(Object.values(chainStates(stateDir)).sort()).toEqual(["intact", "unsealed"]);
  });

  test("ended in order instead, it leaves the task running and the chain sealed", async () => {
    const first = await start();
    const { job, upid } = await beginClone(first);
    await first.close();
    await first.ended();
    expect(lab.tasks.get(upid)?.exitstatus).toBeUndefined();
    const second = await start();
    await second.refused("job_wait", { job, timeoutMs: 30_000 });
    expect((await second.ok("job_get", { job })).text).toContain(`${upid}: OK`);
    await second.close();
    await second.ended();
    expect(Object.values(chainStates(stateDir))).toEqual(["intact", "intact"]);
  });
});

describe("two servers on one state directory", () => {
  test("see and follow each other's jobs, and neither takes the other's over", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    const { job, upid } = await beginClone(first);
    expect((await second.ok("job_list")).text).toContain(job);
    expect((await second.ok("job_get", { job })).text).toContain("running");
    const done = await second.ok("job_wait", { job, timeoutMs: 30_000 });
    expect(done.text).toContain("Done: proxmox_vm_clone");
    expect((await first.ok("job_get", { job })).text).toContain(`Job ${job}: succeeded`);
    expect((await second.ok("job_logs", { job })).text).toContain("TASK OK");
    expect(lab.tasks.get(upid)?.exitstatus).toBe("OK");
  });

  test("one can cancel what the other runs", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    const { job, upid } = await beginClone(first);
    await second.ok("job_cancel", { job });
    expect((await first.refused("job_wait", { job, timeoutMs: 30_000 })).code).toBe("cancelled");
    expect(lab.tasks.get(upid)?.exitstatus).toBe("unexpected status");
  });

  test("each writes a chain of its own, both whole, and no file is for others to read", async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await Promise.all(
      [first, second].flatMap((session, index) =>
        ["cores", "sockets"].map((name) =>
          session.ok("proxmox_vm_update_config", { vmid: [110, 112][index], [name]: 2, description: name }),
        ),
      ),
    ).catch(() => undefined);
    await Promise.all([first.ok("proxmox_vm_list"), second.ok("proxmox_vm_list")]);
    for (const session of [first, second]) {
      await session.close();
      await session.ended();
    }
    expect(Object.values(chainStates(stateDir))).toEqual(["intact", "intact"]);
    for (const [path, mode] of [
      ["audit", 0o700],
      ["jobs", 0o700],
      [join("audit", `${Object.keys(chainStates(stateDir))[0]}.jsonl`), 0o600],
    ] as const) {
      expect([path, statSync(join(stateDir, path)).mode & 0o777]).toEqual([path, mode]);
    }
  });
});

test("nothing runs where the audit cannot be written", async () => {
  const file = join(stateDir, "a-file-where-a-folder-should-be");
  writeFileSync(file, "");
  const session = await start({ PROXMOX_MCP_AUDIT_LOG_PATH: join(file, "audit") });
  await session.ok("proxmox_vm_list");
  const refused = await session.refused("proxmox_vm_action", { vmid: 112, action: "start", ...QUICK });
  expect(refused.code).toBe("not_recorded");
  expect(refused.text).toContain("Nothing was changed");
  expect(lab.tasks.all()).toEqual([]);
  expect(powerOf(lab, 112)).toBe("stopped");
});
