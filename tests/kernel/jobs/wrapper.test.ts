import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Job } from "../../../kernel/jobs/types.ts";
import { readMention } from "../../../kernel/jobs/wrapper-log.ts";
import { type RestStep, rest } from "../../../sdk/steps.ts";
import { caller, Fixture, plan, QUICK } from "./fixture.ts";

const STARTALL = "POST /nodes/{node}/startall";

describe("readMention", () => {
  it.each([
    ["Starting VM 100", { guest: "VM 100", says: "begun" }],
    ["Stopping CT 200 (timeout = 180 seconds)", { guest: "CT 200", says: "begun" }],
    ["Shutting down VM 100 (Timeout = 60 seconds)", { guest: "VM 100", says: "begun" }],
    ["Starting VM 100 failed: no quorum", { guest: "VM 100", says: "failed", detail: "no quorum" }],
    ["WARN: Stopping CT 200 failed: got timeout", { guest: "CT 200", says: "failed", detail: "got timeout" }],
    ["Check VM 100: skip VM 100 - precondition check failed:", { guest: "VM 100", says: "failed" }],
    ["VM 100 not running, skipping suspension", { guest: "VM 100", says: "skipped" }],
    [
      "WARN: Skipping VM 100, already running.",
      { guest: "VM 100", says: "skipped", detail: "already running" },
    ],
    ["WARN: skipping 200, only VMs can be suspended", { guest: "guest 200", says: "skipped" }],
    ["CT 200 already on pve2, skipping.", { guest: "CT 200", says: "skipped" }],
  ])("reads %p", (line, mention) => {
    expect(readMention(line)).toMatchObject(mention);
  });

  it.each([["Starting guests: 100, 200"], ["Check VM 100: precondition check passed"], ["TASK OK"], [""]])(
    "finds no guest in %p",
    (line) => {
      expect(readMention(line)).toBeUndefined();
    },
  );
});

describe("a wrapper task", () => {
  let fixture: Fixture;

  beforeEach(async () => {
    fixture = await new Fixture().open();
  });

  afterEach(async () => {
    await fixture.close();
  });

  async function run(step: RestStep): Promise<Job> {
    const running = await fixture.service().start(plan([step]), caller().context, QUICK);
    return running.ended;
  }
  const startAll = () => run(rest.post("/nodes/{node}/startall", { node: "pve1" }));

  it("is done when every child is", async () => {
    const { pve } = fixture;
    pve.on(STARTALL, () => {
      const upid = pve.task("startall", "", { looks: 3, log: ["Starting VM 100", "Starting CT 200"] });
      pve.task("qmstart", "100", { looks: 0 });
      pve.task("vzstart", "200", { looks: 5 });
      return upid;
    });
    const job = await startAll();
    expect(job.state).toBe("succeeded");
    expect(job.steps[0]?.guests).toEqual([
      { guest: "VM 100", state: "ok" },
      { guest: "CT 200", state: "ok" },
    ]);
    expect(job.steps[0]?.tasks.map(({ guest, state }) => [guest, state])).toEqual([
      [undefined, "ok"],
      ["VM 100", "ok"],
      ["CT 200", "ok"],
    ]);
  });

  it("fails with its guests where one child failed, though the task itself is OK", async () => {
    const { pve } = fixture;
    pve.on(STARTALL, () => {
      pve.task("qmstart", "100", { looks: 0, exitStatus: "storage is offline" });
      pve.task("qmstart", "101", { looks: 0 });
      return pve.task("startall", "", { log: ["Starting VM 100", "Starting VM 101"] });
    });
    const job = await startAll();
    expect(job).toMatchObject({ state: "failed", error: { code: "task_failed" } });
    expect(job.error?.message).toContain("1 of 2 guests: VM 100 failed (storage is offline)");
  });

  it("takes an error in the log in place of a child", async () => {
    const { pve } = fixture;
    const log = [
      "Check VM 100: skip VM 100 - precondition check failed:",
      "  Has local disks: local:100/a.qcow2",
    ];
    pve.on("POST /nodes/{node}/migrateall", () =>
      pve.task("migrateall", "", { log: [...log, "Migrating VM 101", "no quorum"] }),
    );
    const job = await run(rest.post("/nodes/{node}/migrateall", { node: "pve1", target: "pve2" }));
    expect(job.state).toBe("failed");
    expect(job.steps[0]?.guests).toEqual([
      {
        guest: "VM 100",
        state: "failed",
        detail: "precondition check failed Has local disks: local:100/a.qcow2",
      },
      { guest: "VM 101", state: "failed", detail: "no quorum" },
    ]);
  });

  it("does not know what came of a guest whose task is nowhere", async () => {
    const { pve } = fixture;
    pve.on(STARTALL, () => pve.task("startall", "", { log: ["Starting VM 100"] }));
    expect(await startAll()).toMatchObject({
      state: "outcome_unknown",
      steps: [{ guests: [{ state: "unknown" }] }],
    });
  });

  it("takes no one else's task for a child", async () => {
    const { pve } = fixture;
    pve.on(STARTALL, () => {
      pve.task("qmstart", "100", { looks: 0, user: "alice@pve" });
      pve.task("qmsnapshot", "100", { looks: 0 });
      return pve.task("startall", "", { log: ["Starting VM 100"] });
    });
    expect((await startAll()).steps[0]?.tasks).toHaveLength(1);
  });

  it("over the cluster has its children on any node", async () => {
    const { pve } = fixture;
    pve.on("POST /cluster/bulk-action/guest/start", () => {
      pve.task("qmstart", "100", { looks: 0, node: "pve2" });
      return pve.task("bulk-start", "", { log: ["Starting guests: 100", "Starting VM 100"] });
    });
    const job = await run(rest.post("/cluster/bulk-action/guest/start", { vms: [100] }));
    expect(job).toMatchObject({
      state: "succeeded",
      steps: [{ guests: [{ guest: "VM 100", state: "ok" }] }],
    });
  });
});
