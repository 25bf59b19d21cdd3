import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ConfigFile } from "../../../kernel/call/types.ts";
import type { Job } from "../../../kernel/jobs/types.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { from, type RestStep, rest } from "../../../sdk/steps.ts";
import { endpointOf, guest } from "./fake-pve.ts";
import { caller, Fixture, plan, QUICK, until } from "./fixture.ts";

const START = "POST /nodes/{node}/qemu/{vmid}/status/start";
const CONFIG = "/nodes/{node}/qemu/{vmid}/config";
const at = { node: "pve1", vmid: 100 };
const start = (options = {}) => rest.post("/nodes/{node}/qemu/{vmid}/status/start", at, options);

let fixture: Fixture;

beforeEach(async () => {
  fixture = await new Fixture().open();
});

afterEach(async () => {
  await fixture.close();
});

async function run(
  steps: readonly RestStep[],
  configs: Readonly<Record<string, ConfigFile>> = {},
): Promise<Job> {
  const running = await fixture.service().start(plan(steps, configs), caller().context, QUICK);
  return running.ended;
}

describe("a plan's steps", () => {
  it("run in order, and each waits for its task", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100", { looks: 3 }));
    pve.on(`PUT ${CONFIG}`, () => null);
    const job = await run([start(), rest.put(CONFIG, { ...at, cores: 2 })]);
    expect(job).toMatchObject({ state: "succeeded", steps: [{ state: "done" }, { state: "done" }] });
    expect(job.steps[0]?.tasks).toMatchObject([{ state: "ok", exitStatus: "OK", node: "pve1" }]);
    const writes = pve.seen.map(({ key }) => key).filter((key) => !key.startsWith("GET"));
    expect(writes).toEqual([START, `PUT ${CONFIG}`]);
    const keys = pve.seen.map(({ key }) => key);
    // What is read back comes when all is done: one request for each object.
    expect(
      keys
        .slice(keys.indexOf(`PUT ${CONFIG}`) + 1)
        .map((key) => key.split("/").at(-1))
        .sort(),
    ).toEqual(["current", "pending"]);
  });

  it("take earlier answers by pointer", async () => {
    const { pve } = fixture;
    pve.on("GET /cluster/nextid", () => ({ list: [{ "a/b": 4711 }] }));
    pve.on(START, () => null);
    await run([
      rest.get("/cluster/nextid", {}, { id: "next" }),
      rest.post("/nodes/{node}/qemu/{vmid}/status/start", {
        node: "pve1",
        vmid: from("next", "/list/0/a~1b"),
      }),
    ]);
    expect(pve.seen.at(-1)?.params).toEqual({ node: "pve1", vmid: 4711 });
  });

  it("stop where a reference finds nothing", async () => {
    fixture.pve.on("GET /cluster/nextid", () => "100");
    const job = await run([
      rest.get("/cluster/nextid", {}, { id: "next" }),
      rest.post("/nodes/{node}/qemu/{vmid}/status/start", { node: "pve1", vmid: from("next", "/gone") }),
    ]);
    expect(job).toMatchObject({ state: "failed", error: { code: "invalid_plan" } });
    expect(fixture.pve.count(START)).toBe(0);
  });

  it("stop at a failed task, with its exit status and last log lines", async () => {
    const { pve } = fixture;
    const log = [...Array.from({ length: 30 }, (_, n) => `line ${n}`), "TASK ERROR: VM is locked (backup)"];
    pve.on(START, () => pve.task("qmstart", "100", { exitStatus: "VM is locked (backup)", log }));
    const job = await run([start(), start()]);
    expect(job).toMatchObject({
      state: "failed",
      error: { code: "task_failed", message: expect.stringContaining("VM is locked (backup)") },
      steps: [{ state: "failed", tasks: [{ state: "failed" }] }, { state: "pending" }],
    });
    expect(job.error?.lastLines).toEqual(log.slice(-10));
    expect(pve.count(START)).toBe(1);
  });

  it("count warnings as success", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100", { exitStatus: "WARNINGS: 2" }));
    expect(await run([start()])).toMatchObject({ state: "succeeded", warnings: 1 });
  });

  it("stop at a refusal, in words of the refusal", async () => {
    fixture.pve.on(START, () => new RestFault("answer", "VM 100 not running", { status: 500 }));
    const job = await run([start(), start()]);
    expect(job).toMatchObject({ state: "failed", steps: [{ state: "failed" }, { state: "pending" }] });
    expect(job.error?.message).toContain("VM 100 not running");
  });

  it("never take a console's ticket for a task, and keep what it says but its secret", async () => {
    const { pve } = fixture;
    const upid = pve.task("vncproxy", "100", { looks: Number.POSITIVE_INFINITY });
    pve.on("POST /nodes/{node}/qemu/{vmid}/vncproxy", () => ({ upid, port: 5900, ticket: "PVEVNC:secret" }));
    const job = await run([rest.post("/nodes/{node}/qemu/{vmid}/vncproxy", at)]);
    expect(job).toMatchObject({ state: "succeeded", steps: [{ tasks: [] }] });
    expect(job.steps[0]?.answer).toEqual({ upid, port: 5900, ticket: "[redacted]" });
  });

  it("report progress from the task's log, until the caller waits no longer", async () => {
    const { pve } = fixture;
    const task = { looks: Number.POSITIVE_INFINITY, log: ["transferred 10%"] };
    pve.on(START, () => pve.task("qmstart", "100", task));
    const { context, progress } = caller();
    const running = await fixture.service().start(plan([start()]), context, QUICK);
    await until(() => progress.includes("transferred 10%"));
    running.detach();
    for (const own of pve.tasks.values()) Object.assign(own, { looks: 0, log: ["transferred 10%", "more"] });
    expect(await running.ended).toMatchObject({ state: "succeeded" });
    expect(progress).not.toContain("more");
  });

  it("do not begin when the record cannot be written", async () => {
    await writeFile(join(fixture.stateDir, "jobs"), "in the way");
    const begun = fixture.service().start(plan([start()]), caller().context, QUICK);
    await expect(begun).rejects.toMatchObject({ code: "not_recorded" });
    expect(fixture.pve.seen).toEqual([]);
  });
});

describe("the record of a job", () => {
  it("is there before the first step, private, and never tells a secret", async () => {
    const { pve } = fixture;
    const directory = join(fixture.stateDir, "jobs");
    let stored = "";
    pve.on(START, async () => {
      const [name = ""] = await readdir(directory);
      stored = await readFile(join(directory, name), "utf8");
      return { note: "canary-1234" };
    });
    const service = fixture.service({ secrets: ["canary-1234"] });
    const { ended, job } = await service.start(plan([start()]), caller().context, QUICK);
    await ended;
    expect(JSON.parse(stored)).toMatchObject({ id: job.id, state: "running", steps: [{ state: "running" }] });
    const path = join(directory, `${job.id}.json`);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
    expect(await readFile(path, "utf8")).not.toContain("canary-1234");
    expect(await readdir(directory)).toEqual([`${job.id}.json`]);
  });

  it("is not to be reached by a path in place of an id", async () => {
    const service = fixture.service();
    expect(await service.get("../jobs/x")).toBeUndefined();
    await expect(service.cancel("j_nope")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("following", () => {
  it("goes on while a node does not answer", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100"));
    let looks = 0;
    pve.on("GET /nodes/{node}/tasks/{upid}/status", () => {
      looks += 1;
      if (looks < 4) return new RestFault("answer", "no route to host", { status: 595 });
      if (looks < 6) return new RestFault("not_sent", "connect ECONNREFUSED");
      return { status: "stopped", exitstatus: "OK" };
    });
    expect(await run([start()])).toMatchObject({ state: "succeeded" });
  });

  it("ends as unknown when a node stays silent", async () => {
    const { pve } = fixture;
    pve.on(START, () => pve.task("qmstart", "100"));
    pve.on(
      "GET /nodes/{node}/tasks/{upid}/status",
      () => new RestFault("answer", "no route", { status: 595 }),
    );
    const service = fixture.service({ taskTimeoutMs: 20 });
    const { ended } = await service.start(plan([start(), start()]), caller().context, QUICK);
    expect(await ended).toMatchObject({
      state: "outcome_unknown",
      error: { code: "outcome_unknown" },
      steps: [{ state: "unknown", tasks: [{ state: "unknown" }] }, { state: "pending" }],
    });
  });

  it("ends as unknown when the node no longer knows the task", async () => {
    const { pve } = fixture;
    pve.on(START, () => {
      const upid = pve.task("qmstart", "100");
      pve.tasks.clear();
      return upid;
    });
    expect(await run([start()])).toMatchObject({ state: "outcome_unknown" });
  });
});

describe("what must be seen afterwards", () => {
  it("is waited for", async () => {
    const { pve } = fixture;
    pve.guests.push(guest(100));
    pve.on(START, () => pve.task("qmstart", "100"));
    let looks = 0;
    pve.on("GET /nodes/{node}/qemu/{vmid}/status/current", () => ({
      status: ++looks < 3 ? "stopped" : "running",
    }));
    const job = await run([start({ settle: { kind: "guest", vmid: 100, status: "running" } })]);
    expect(job.state).toBe("succeeded");
    expect(looks).toBe(3);
  });

  it("fails with what was seen instead", async () => {
    const { pve } = fixture;
    pve.guests.push(guest(100, { hastate: "error" }));
    pve.on(START, () => null);
    const service = fixture.service({ taskTimeoutMs: 20 });
    const steps = [start({ settle: { kind: "guest", vmid: 100, status: "running" } })];
    const { ended } = await service.start(plan(steps), caller().context, QUICK);
    const job = await ended;
    expect(job.state).toBe("failed");
    expect(job.error?.message).toContain("guest 100 is stopped on pve1, HA state error");
  });

  it("counts for a HA request, whose task says nothing", async () => {
    const { pve } = fixture;
    pve.guests.push(guest(100));
    pve.on(START, () => pve.task("hastart", "100"));
    const service = fixture.service({ taskTimeoutMs: 20 });
    const { ended } = await service.start(plan([start()]), caller().context, QUICK);
    expect(await ended).toMatchObject({ state: "failed", steps: [{ tasks: [{ state: "ok" }] }] });
  });

  it("is a node going and coming back", async () => {
    const { pve } = fixture;
    const seen = ["up", "down", "down", "up"];
    pve.on("POST /nodes/{node}/status", () => null);
    pve.on("GET /nodes/{node}/status", () =>
      seen.shift() === "down" ? new RestFault("answer", "no route", { status: 595 }) : { uptime: 90_000 },
    );
    const settle = { kind: "node", node: "pve2", goes: "down-up" } as const;
    const job = await run([
      rest.post("/nodes/{node}/status", { node: "pve2", command: "reboot" }, { settle }),
    ]);
    expect(job.state).toBe("succeeded");
    expect(seen).toEqual([]);
  });

  it("is an absent guest", async () => {
    const { pve } = fixture;
    pve.on("DELETE /nodes/{node}/qemu/{vmid}", () => pve.task("qmdestroy", "100"));
    const settle = { kind: "guest", vmid: 100, status: "absent" } as const;
    expect(await run([rest.delete("/nodes/{node}/qemu/{vmid}", at, { settle })])).toMatchObject({
      state: "succeeded",
    });
  });
});

describe("digests", () => {
  const file = (values: Record<string, unknown>): ConfigFile => ({
    endpoint: endpointOf(`GET ${CONFIG}`),
    params: at,
    shownPath: "/nodes/pve1/qemu/100/config",
    digest: "d1",
    values: { ...values, digest: "d1" },
  });
  const twice = [rest.put(CONFIG, { ...at, cores: 2 }), rest.put(CONFIG, { ...at, memory: 512 })];

  it("go with the first write as planned, with a later one as read again", async () => {
    const { pve } = fixture;
    pve.on(`PUT ${CONFIG}`, () => null);
    pve.on(`GET ${CONFIG}`, () => ({ cores: 2, name: "web1", digest: "d2" }));
    const config = file({ cores: 1, name: "web1" });
    const job = await run(twice, { "PUT /nodes/pve1/qemu/100/config": config });
    expect(job.state).toBe("succeeded");
    const digests = pve.seen.filter(({ key }) => key.startsWith("PUT")).map(({ params }) => params.digest);
    expect(digests).toEqual(["d1", "d2"]);
  });

  it("stop the plan where someone else changed the file in between", async () => {
    const { pve } = fixture;
    pve.on(`PUT ${CONFIG}`, () => null);
    pve.on(`GET ${CONFIG}`, () => ({ cores: 2, name: "renamed", digest: "d2" }));
    const config = file({ cores: 1, name: "web1" });
    const job = await run(twice, { "PUT /nodes/pve1/qemu/100/config": config });
    expect(job).toMatchObject({
      state: "failed",
      error: { code: "conflict" },
      steps: [{ state: "done" }, { state: "failed" }],
    });
    expect(pve.count(`PUT ${CONFIG}`)).toBe(1);
  });
});
