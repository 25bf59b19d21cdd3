import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { StoredJobs } from "../../../kernel/jobs/service.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { rest } from "../../../sdk/steps.ts";
import { caller, Fixture, plan, QUICK, until } from "./fixture.ts";

const START = "POST /nodes/{node}/qemu/{vmid}/status/start";
const at = { node: "pve1", vmid: 100 };
const start = () => rest.post("/nodes/{node}/qemu/{vmid}/status/start", at);
const lost = (late?: Promise<unknown>) => new RestFault("unknown", "no answer in time", late ? { late } : {});
const BRIEF = { taskTimeoutMs: 15 };

let fixture: Fixture;

beforeEach(async () => {
  fixture = await new Fixture().open();
});

afterEach(async () => {
  await fixture.close();
});

async function begin(service: StoredJobs, steps = [start(), start()]) {
  return service.start(plan(steps), caller().context, QUICK);
}

describe("a write whose answer is lost", () => {
  it("is followed by the one task that it can have started", async () => {
    const { pve } = fixture;
    const upids: string[] = [];
    pve.on(START, () => {
      pve.task("qmstart", "101");
      pve.task("qmstop", "100");
      pve.task("qmstart", "100", { user: "alice@pve!t" });
      upids.push(pve.task("qmstart", "100", { looks: 2 }));
      return lost();
    });
    const job = await (await begin(fixture.service(), [start()])).ended;
    expect(job).toMatchObject({ state: "succeeded", steps: [{ tasks: [{ upid: upids[0], state: "ok" }] }] });
    expect(job.steps[0]?.note).toContain(upids[0]);
  });

  it("is unknown where no task is found, and nothing further begins", async () => {
    fixture.pve.on(START, () => lost());
    const job = await (await begin(fixture.service(BRIEF))).ended;
    expect(job).toMatchObject({
      state: "outcome_unknown",
      error: {
        code: "outcome_unknown",
        message: expect.stringContaining("No task that it started was found"),
      },
      steps: [{ state: "unknown" }, { state: "pending" }],
    });
    expect(fixture.pve.count(START)).toBe(1);
  });

  it("is unknown where several tasks can be it", async () => {
    const { pve } = fixture;
    const upids: string[] = [];
    pve.on(START, () => {
      upids.push(pve.task("qmstart", "100"), pve.task("qmstart", "100"));
      return lost();
    });
    const job = await (await begin(fixture.service(BRIEF))).ended;
    expect(job.state).toBe("outcome_unknown");
    for (const upid of upids) expect(job.error?.message).toContain(upid);
    expect(job.steps[0]?.tasks).toEqual([]);
  });

  it("never takes the task of another job for its own", async () => {
    const { pve } = fixture;
    const upid = pve.task("qmstart", "100", { looks: Number.POSITIVE_INFINITY });
    pve.on(START, () => upid);
    const service = fixture.service(BRIEF);
    const first = await begin(service, [start()]);
    await until(async () => (await service.get(first.job.id))?.steps[0]?.tasks.length === 1);
    pve.on(START, () => lost());
    expect(await (await begin(service, [start()])).ended).toMatchObject({ state: "outcome_unknown" });
  });

  it("is searched by the node's clock", async () => {
    const { pve } = fixture;
    pve.on("GET /nodes/{node}/time", () => ({ time: Math.floor(Date.now() / 1000) + 3600 }));
    pve.on(START, () => {
      pve.task("qmstart", "100");
      return lost();
    });
    expect(await (await begin(fixture.service(BRIEF), [start()])).ended).toMatchObject({
      state: "outcome_unknown",
    });
  });

  it("goes on with an answer that comes while looking", async () => {
    const { pve } = fixture;
    const upid = pve.task("qmstart", "100", { isListed: false });
    pve.on(START, () => lost(new Promise((resolve) => setImmediate(resolve, upid))));
    const job = await (await begin(fixture.service(), [start()])).ended;
    expect(job).toMatchObject({
      state: "succeeded",
      steps: [{ note: "Its answer came late.", tasks: [{ state: "ok" }] }],
    });
  });

  it("fails with a refusal that comes while looking", async () => {
    const refusal = new RestFault("answer", "VM is locked (backup)", { status: 500 });
    fixture.pve.on(START, () => lost(Promise.reject(refusal)));
    const job = await (await begin(fixture.service(), [start()])).ended;
    expect(job).toMatchObject({ state: "failed", error: { code: "conflict" } });
  });

  it.each([
    ["is corrected by a late answer, and audited", 1, "succeeded"],
    ["stays interrupted where further steps were left", 2, "interrupted"],
  ])("%s", async (_, count, state) => {
    const { pve, audited } = fixture;
    const upid = pve.task("qmstart", "100", { isListed: false });
    let answer: (value: unknown) => void = () => undefined;
    pve.on(START, () =>
      lost(
        new Promise((resolve) => {
          answer = resolve;
        }),
      ),
    );
    const service = fixture.service(BRIEF);
    const { ended, job } = await begin(service, Array.from({ length: count }, start));
    expect(await ended).toMatchObject({ state: "outcome_unknown" });
    answer(upid);
    await until(() => audited.length > 0);
    expect(audited).toMatchObject([{ event: "late", job: job.id, callId: "call-1", outcome: state }]);
    const corrected = await service.get(job.id);
    expect(corrected?.state).toBe(state);
    expect(corrected?.steps[0]).toMatchObject({ state: "done", tasks: [{ upid, state: "ok" }] });
    expect(pve.count(START)).toBe(1);
  });

  it("of an endpoint that starts no task is not looked for", async () => {
    const { pve } = fixture;
    pve.on("PUT /nodes/{node}/qemu/{vmid}/config", () => {
      pve.task("vzdump", "100");
      return lost();
    });
    const put = rest.put("/nodes/{node}/qemu/{vmid}/config", { ...at, cores: 2 });
    const job = await (await begin(fixture.service(BRIEF), [put])).ended;
    expect(job).toMatchObject({ state: "outcome_unknown", steps: [{ tasks: [] }] });
  });
});

describe("cancelling the call", () => {
  it("stops no task, but begins no further step", async () => {
    const { pve } = fixture;
    const upid = pve.task("qmstart", "100", { looks: Number.POSITIVE_INFINITY });
    pve.on(START, () => upid);
    const service = fixture.service();
    const { context, cancel } = caller();
    const { ended, job } = await service.start(plan([start(), start()]), context, QUICK);
    await until(() => pve.count("GET /nodes/{node}/tasks/{upid}/status") > 1);
    cancel();
    const looks = pve.count("GET /nodes/{node}/tasks/{upid}/status");
    await until(() => pve.count("GET /nodes/{node}/tasks/{upid}/status") > looks + 2);
    expect(await service.get(job.id)).toMatchObject({ state: "running" });
    Object.assign(pve.tasks.get(upid) ?? {}, { looks: 0 });
    expect(await ended).toMatchObject({
      state: "interrupted",
      error: { code: "cancelled" },
      steps: [{ state: "done" }, { state: "pending" }],
    });
    expect(pve.count("DELETE /nodes/{node}/tasks/{upid}")).toBe(0);
  });

  it("has no effect once the caller waits no longer", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100", { looks: 5 }));
    const { context, cancel } = caller();
    const running = await fixture.service().start(plan([start(), start()]), context, QUICK);
    running.detach();
    cancel();
    expect(await running.ended).toMatchObject({ state: "succeeded" });
  });
});

describe("cancelling the job", () => {
  it.each([
    ["the process that runs it", false],
    ["another process on the same state directory", true],
  ])("by %s stops its task and begins no further step", async (_, isForeign) => {
    const { pve } = fixture;
    const upid = pve.task("qmstart", "100", { looks: Number.POSITIVE_INFINITY });
    pve.on(START, () => upid);
    const service = fixture.service();
    const { ended, job } = await begin(service);
    await until(async () => (await service.get(job.id))?.steps[0]?.tasks.length === 1);
    const cancelled = await (isForeign ? fixture.service() : service).cancel(job.id);
    expect(cancelled).toMatchObject({ state: "interrupted", error: { code: "cancelled" } });
    expect(await ended).toMatchObject({
      steps: [{ state: "failed", tasks: [{ exitStatus: "unexpected status" }] }, { state: "pending" }],
    });
    const stopped = pve.seen.filter(({ key }) => key.startsWith("DELETE")).map(({ params }) => params.upid);
    expect(new Set(stopped)).toEqual(new Set([upid]));
  });

  it("stops a task that starts only afterwards", async () => {
    const { pve } = fixture;
    let answer: (upid: string) => void = () => undefined;
    pve.on(
      START,
      () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    );
    const service = fixture.service();
    const { ended, job } = await begin(service);
    await until(() => pve.count(START) === 1);
    const cancelled = service.cancel(job.id);
    await until(async () => (await readdir(join(fixture.stateDir, "jobs"))).includes(`${job.id}.cancel`));
    answer(pve.task("qmstart", "100", { looks: Number.POSITIVE_INFINITY }));
    expect(await cancelled).toMatchObject({ state: "interrupted" });
    expect(await ended).toMatchObject({ steps: [{ state: "failed" }, { state: "pending" }] });
  });

  it("is refused once it has ended", async () => {
    fixture.pve.on(START, () => null);
    const service = fixture.service();
    const { ended, job } = await begin(service);
    await ended;
    await expect(service.cancel(job.id)).rejects.toMatchObject({ code: "conflict" });
  });

  it("says which task could not be stopped", async () => {
    const { pve } = fixture;
    const upid = pve.task("qmstart", "100", { looks: Number.POSITIVE_INFINITY });
    pve.on(START, () => upid);
    pve.on(
      "DELETE /nodes/{node}/tasks/{upid}",
      () => new RestFault("answer", "Permission check failed", { status: 403 }),
    );
    const service = fixture.service();
    const { job } = await begin(service);
    await until(async () => (await service.get(job.id))?.steps[0]?.tasks.length === 1);
    await expect(service.cancel(job.id)).rejects.toMatchObject({
      code: "forbidden",
      message: expect.stringContaining(upid),
    });
  });
});
