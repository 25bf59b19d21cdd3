import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { isAlive, ownProcess } from "../../../kernel/jobs/owner.ts";
import { JobStore, newJobId } from "../../../kernel/jobs/store.ts";
import type { Job, JobStep } from "../../../kernel/jobs/types.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { rest } from "../../../sdk/steps.ts";
import { FakePve } from "./fake-pve.ts";
import { caller, Fixture, plan, QUICK, until } from "./fixture.ts";

const START = "POST /nodes/{node}/qemu/{vmid}/status/start";
const start = () => rest.post("/nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: 100 });

let fixture: Fixture;
let directory: string;

beforeEach(async () => {
  fixture = await new Fixture().open();
  directory = join(fixture.stateDir, "jobs");
  await mkdir(directory);
});

afterEach(async () => {
  await fixture.close();
});

/** A process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

async function abandoned(steps: JobStep[], parts: Partial<Job> = {}): Promise<Job> {
  const job: Job = {
    id: newJobId(),
    callId: "call-1",
    tool: "proxmox_test",
    cluster: "lab",
    subject: "stdio",
    targets: ["VM 100"],
    createdAt: Date.now(),
    pid: await deadPid(),
    pidStart: "before",
    updatedAt: Date.now(),
    state: "running",
    steps,
    ...parts,
  };
  await writeFile(join(directory, `${job.id}.json`), JSON.stringify(job));
  return job;
}

const sent = { at: Date.now(), node: "pve1", vmid: 100, types: ["qmstart"] };
const done: JobStep = { id: "s1", what: "first", state: "done", tasks: [] };
const pending: JobStep = { id: "s3", what: "third", state: "pending", tasks: [] };
const running = (tasks: JobStep["tasks"]): JobStep => ({
  id: "s2",
  what: "second",
  state: "running",
  tasks,
  sent,
});

async function ended(id: string, service = fixture.service()): Promise<Job> {
  await service.recover();
  const job = await service.wait(id, 30_000);
  await until(() => fixture.audited.length > 0);
  return job ?? Promise.reject(new Error("gone"));
}

describe("a job whose process is gone", () => {
  it("has its task followed to the end, begins nothing, and names the last step done", async () => {
    const upid = fixture.pve.task("qmstart", "100", { looks: 2 });
    const { id } = await abandoned([done, running([{ upid, node: "pve1", state: "running" }]), pending]);
    const job = await ended(id);
    expect(job).toMatchObject({
      state: "interrupted",
      pid: process.pid,
      error: { message: expect.stringContaining("Last step done: s2 (second). Not begun: s3.") },
      steps: [{ state: "done" }, { state: "done", tasks: [{ state: "ok" }] }, { state: "pending" }],
    });
    expect(fixture.pve.seen.every(({ key }) => key.startsWith("GET "))).toBe(true);
    expect(fixture.audited).toMatchObject([
      { event: "recovered", job: id, callId: "call-1", outcome: "interrupted" },
    ]);
    expect(await readdir(directory)).toEqual([`${id}.json`]);
  }, 60_000);

  it("is looked for in the task list where its answer was never written down", async () => {
    const upid = fixture.pve.task("qmstart", "100", { looks: 0 });
    const { id } = await abandoned([running([])]);
    expect(await ended(id)).toMatchObject({
      state: "interrupted",
      steps: [{ state: "done", tasks: [{ upid }] }],
    });
  });

  it("never sent what was not written down as sent", async () => {
    const { id } = await abandoned([done, { id: "s2", what: "second", state: "running", tasks: [] }]);
    expect(await ended(id)).toMatchObject({
      state: "interrupted",
      steps: [{ state: "done" }, { state: "pending" }],
    });
    expect(fixture.pve.seen).toEqual([]);
  });

  it("of a cluster that is no longer configured ends, and stays readable", async () => {
    const { id } = await abandoned([running([])], { cluster: "gone" });
    expect(await ended(id)).toMatchObject({
      state: "interrupted",
      cluster: "gone",
      steps: [{ state: "unknown" }],
    });
  });

  it("is taken up once by many processes", async () => {
    const upid = fixture.pve.task("qmstart", "100", { looks: 2 });
    const { id } = await abandoned([running([{ upid, node: "pve1", state: "running" }])]);
    const services = [fixture.service(), fixture.service(), fixture.service()];
    await Promise.all(services.map((service) => service.recover()));
    await Promise.all(services.map((service) => service.wait(id, 30_000)));
    await until(() => fixture.audited.length > 0);
    expect(fixture.audited).toHaveLength(1);
  });

  it("is taken up although its pid was given to another process", async () => {
    const { id } = await abandoned([done], { pid: process.pid, pidStart: "another boot/1" });
    expect(await ended(id)).toMatchObject({ state: "interrupted" });
  });

  it("is taken up although the one that took it up is gone too", async () => {
    const { id } = await abandoned([done]);
    const claim = { pid: await deadPid(), pidStart: "before" };
    await writeFile(join(directory, `${id}.claim`), JSON.stringify(claim));
    expect(await ended(id)).toMatchObject({ state: "interrupted" });
  });
});

describe("a job of a process that lives", () => {
  it("is left alone by another service, which sees it and waits for it", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100", { looks: 3 }));
    const { job, ended: own } = await fixture.service().start(plan([start()]), caller().context, QUICK);
    const other = fixture.service();
    await other.recover();
    expect(await other.wait(job.id, 30_000)).toMatchObject({ state: "succeeded" });
    expect(await own).toMatchObject({ state: "succeeded" });
    expect(fixture.audited).toEqual([]);
    expect((await other.list()).map(({ id }) => id)).toEqual([job.id]);
  });
});

describe("many jobs at once", () => {
  it("all end, each with a record of its own", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100"));
    const service = fixture.service();
    const begun = await Promise.all(
      Array.from({ length: 200 }, () => service.start(plan([start()]), caller().context, QUICK)),
    );
    const all = await Promise.all(begun.map((job) => job.ended));
    expect(new Set(all.map(({ state }) => state))).toEqual(new Set(["succeeded"]));
    expect(await readdir(directory)).toHaveLength(200);
    expect(await service.list({ state: "succeeded" })).toHaveLength(200);
  });
});

describe("closing", () => {
  it("finishes the write on the wire, leaves its task running and the job to be taken up", async () => {
    const { pve } = fixture;
    const upid = pve.task("qmstart", "100", { looks: Number.POSITIVE_INFINITY });
    let answer: (value: unknown) => void = () => undefined;
    pve.on(
      START,
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const service = fixture.service();
    const { job } = await service.start(plan([start(), start()]), caller().context, QUICK);
    await until(() => pve.count(START) === 1);
    const closed = service.close();
    answer(upid);
    await closed;
    const stored = JSON.parse(await readFile(join(directory, `${job.id}.json`), "utf8"));
    expect(stored).toMatchObject({
      state: "running",
      steps: [{ state: "running", tasks: [{ upid }] }, { state: "pending" }],
    });
    expect(pve.count("DELETE /nodes/{node}/tasks/{upid}")).toBe(0);
    expect(pve.count(START)).toBe(1);
  });
});

describe("the store", () => {
  it("leaves torn and foreign files alone", async () => {
    await writeFile(join(directory, `${newJobId()}.json`), '{"id":');
    await writeFile(join(directory, "notes.json"), "{}");
    expect(await fixture.service().list()).toEqual([]);
  });

  it("forgets ended jobs that are old, never a running one", async () => {
    const store = new JobStore(directory, createRedactor());
    const old = Date.now() - 40 * 24 * 3_600_000;
    const gone = await abandoned([done], { state: "succeeded", updatedAt: old });
    const kept = await abandoned([done], { state: "succeeded" });
    const live = await abandoned([done], { ...(await ownProcess()), updatedAt: old });
    await store.prune();
    expect((await store.all()).map(({ id }) => id).sort()).toEqual([kept.id, live.id].sort());
    expect(gone.id).not.toBe(kept.id);
  });

  it("knows a living process from a dead one", async () => {
    expect(await isAlive(await ownProcess())).toBe(true);
    expect(await isAlive({ pid: await deadPid(), pidStart: "" })).toBe(false);
    expect(await isAlive({ pid: 0, pidStart: "" })).toBe(false);
  });
});

it("a job is readable where its cluster is no longer configured", async () => {
  const { id } = await abandoned([done], { state: "succeeded", cluster: "gone" });
  const service = fixture.service({ clusters: [new FakePve().cluster("other")] });
  expect(await service.get(id)).toMatchObject({ id, state: "succeeded" });
});
