import "reflect-metadata";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, jest, test } from "@jest/globals";
import { PlanFiles, plansFolder, recordDigest } from "../../../kernel/plans/files.ts";
import { PLAN_KEPT_MS } from "../../../kernel/plans/store.ts";
import type { KeptPlan } from "../../../kernel/plans/types.ts";
import { isToolError } from "../../../sdk/errors.ts";
import { NO_FACTS, planOf, stateFolder, stepOf, storeIn } from "./fixture.ts";

const CONFIG = "PUT /nodes/{node}/qemu/{vmid}/config";
const KEYS = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHcanary me@here";

let stateDir: string;
const folders: string[] = [];
beforeEach(() => {
  stateDir = stateFolder();
  folders.push(stateDir);
});
afterEach(() => {
  jest.useRealTimers();
});
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function keep(store: ReturnType<typeof storeIn>["store"], subject = "stdio"): Promise<KeptPlan> {
  const step = await stepOf(CONFIG, {
    node: "pve1",
    vmid: 100,
    cores: 4,
    cipassword: "canary-password",
    sshkeys: KEYS,
    description: "known-secret",
  });
  const diff = [{ key: "sshkeys", before: KEYS, after: undefined }];
  const plan = planOf([{ ...step, diff }], { subject });
  return store.keep(plan, { origin: "dry_run", facts: NO_FACTS });
}

async function refusal(doing: Promise<unknown>): Promise<{ code: string; text: string }> {
  try {
    await doing;
  } catch (error) {
    if (!isToolError(error)) throw error;
    return { code: error.code, text: `${error.message} ${error.next}` };
  }
  throw new Error("it was not refused");
}

describe("a kept plan", () => {
  test("is in the state directory without its secrets, for its user alone", async () => {
    const { store } = storeIn(stateDir);
    const { id, plan } = await keep(store);
    expect(id).toMatch(/^p_[0-9a-f]{24}$/);
    expect(plan.steps[0]?.step.params.cipassword).toBe("canary-password");
    const folder = plansFolder(stateDir);
    expect(readdirSync(folder)).toEqual([`${id}.json`]);
    expect(statSync(join(folder, `${id}.json`)).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const text = readFileSync(join(folder, `${id}.json`), "utf8");
    expect(text).toContain("PUT /nodes/pve1/qemu/100/config [write] cores=4");
    expect(text).not.toMatch(/canary|known-secret|AAAAC3/);
  });

  test("has a digest over all that its record shows, whatever becomes of it", async () => {
    const { store } = storeIn(stateDir);
    const { id, digest } = await keep(store);
    const files = new PlanFiles(plansFolder(stateDir));
    const record = await files.load(id);
    if (record === undefined) throw new Error("no record");
    expect(recordDigest(record)).toBe(digest);
    expect(recordDigest({ ...record, state: "applied", job: "j_1" })).toBe(digest);
    expect(recordDigest({ ...record, targets: ["VM 101"] })).not.toBe(digest);
    expect((await keep(store)).digest).not.toBe(digest);
  });

  test("is claimed by one of two at the same instant", async () => {
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    const both = await Promise.allSettled([store.claim(id, "stdio"), store.claim(id, "stdio")]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect(await refusal(store.claim(id, "stdio"))).toMatchObject({
      code: "conflict",
      text: expect.stringContaining("being applied by another call"),
    });
  });

  test("can be claimed again after it was released, and never after it was applied", async () => {
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    (await store.claim(id, "stdio")).release();
    const claimed = await store.claim(id, "stdio");
    claimed.applied("j_1");
    claimed.release();
    const { code, text } = await refusal(store.claim(id, "stdio"));
    expect(code).toBe("conflict");
    expect(text).toMatch(/applied already as job j_1[\s\S]*job_get j_1/);
    expect((await store.list("stdio"))[0]).toMatchObject({ standing: "applied", record: { job: "j_1" } });
  });

  test("is nobody else's", async () => {
    const { store } = storeIn(stateDir);
    const { id } = await keep(store, "anna");
    expect(await refusal(store.claim(id, "bert"))).toMatchObject({ code: "not_found" });
    expect(await refusal(store.discard(id, "bert"))).toMatchObject({ code: "not_found" });
    expect(await store.list("bert")).toEqual([]);
    expect((await store.claim(id, "anna")).id).toBe(id);
  });

  test("is gone once discarded", async () => {
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    await store.discard(id, "stdio");
    expect(await refusal(store.claim(id, "stdio"))).toMatchObject({
      code: "conflict",
      text: expect.stringContaining("was discarded"),
    });
    const text = readFileSync(join(plansFolder(stateDir), `${id}.json`), "utf8");
    expect(JSON.parse(text)).toMatchObject({ state: "discarded" });
  });

  test.each(["declined", "stale"] as const)("is over once it is %s", async (state) => {
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    (await store.claim(id, "stdio")).end(state);
    expect((await refusal(store.claim(id, "stdio"))).code).toBe("conflict");
    expect((await store.list("stdio"))[0]?.standing).toBe(state);
  });
});

describe("time", () => {
  const FAKED = { doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] } as const;

  test("ends a plan after ten minutes", async () => {
    jest.useFakeTimers({ doNotFake: [...FAKED.doNotFake] });
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    jest.advanceTimersByTime(PLAN_KEPT_MS - 1);
    (await store.claim(id, "stdio")).release();
    jest.advanceTimersByTime(1);
    const { code, text } = await refusal(store.claim(id, "stdio"));
    expect(code).toBe("conflict");
    expect(text).toMatch(/expired at .*Plan again/);
    expect((await store.list("stdio"))[0]?.standing).toBe("expired");
  });

  test("gives no plan more of it when the clock is set back", async () => {
    jest.useFakeTimers({ doNotFake: [...FAKED.doNotFake, "setTimeout"] });
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    jest.advanceTimersByTime(PLAN_KEPT_MS);
    jest.setSystemTime(Date.now() - 3 * PLAN_KEPT_MS);
    expect((await refusal(store.claim(id, "stdio"))).text).toContain("expired");
  });

  test("a plan that was being applied when its time ended is not given back", async () => {
    jest.useFakeTimers({ doNotFake: [...FAKED.doNotFake] });
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    const claimed = await store.claim(id, "stdio");
    jest.advanceTimersByTime(PLAN_KEPT_MS);
    claimed.release();
    expect((await refusal(store.claim(id, "stdio"))).text).toContain("expired");
  });
});

describe("another process on the same state directory", () => {
  async function madeBy(owner: { pid: number; pidStart: string }): Promise<string> {
    const { id } = await keep(storeIn(stateDir).store);
    const path = join(plansFolder(stateDir), `${id}.json`);
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...owner }));
    return id;
  }

  test("that lives keeps its plan to itself", async () => {
    const id = await madeBy({ pid: process.ppid, pidStart: "" });
    const { store } = storeIn(stateDir);
    expect(await refusal(store.claim(id, "stdio"))).toMatchObject({
      code: "conflict",
      text: expect.stringContaining("belongs to another running server"),
    });
    expect((await store.list("stdio"))[0]?.standing).toBe("elsewhere");
  });

  test("that is gone leaves it void: plan again", async () => {
    const id = await madeBy({ pid: 2 ** 30, pidStart: "" });
    const { store } = storeIn(stateDir);
    expect(await refusal(store.claim(id, "stdio"))).toMatchObject({
      code: "conflict",
      text: expect.stringMatching(/is void.*Plan again/),
    });
    expect((await store.list("stdio"))[0]?.standing).toBe("void");
  });

  test("can leave an approval, once", async () => {
    const { store } = storeIn(stateDir);
    const { id } = await keep(store);
    expect(await store.approval(id)).toBeUndefined();
    const files = new PlanFiles(plansFolder(stateDir));
    await files.approve(id, "yes");
    expect(await store.approval(id)).toBe("yes");
    await expect(files.approve(id, "yes again")).rejects.toThrow();
    await expect(files.approve("../../etc/passwd", "yes")).rejects.toThrow();
  });
});

test.each(["p_nosuch", "../../etc/passwd", "", `p_${"0".repeat(24)}`])("%s is no plan", async (id) => {
  const { store } = storeIn(stateDir);
  expect((await refusal(store.claim(id, "stdio"))).code).toBe("not_found");
});

test("a plan that cannot be written down is not kept", async () => {
  const { store } = storeIn(stateDir);
  writeFileSync(plansFolder(stateDir), "in the way");
  const { code, text } = await refusal(keep(store));
  expect(code).toBe("not_recorded");
  expect(text).toContain("PROXMOX_MCP_STATE_DIR");
});

test("what became of a plan is known even where it could not be written", async () => {
  const { store, log } = storeIn(stateDir);
  const { id } = await keep(store);
  const claimed = await store.claim(id, "stdio");
  rmSync(plansFolder(stateDir), { recursive: true });
  writeFileSync(plansFolder(stateDir), "in the way");
  claimed.applied("j_2");
  expect((await refusal(store.claim(id, "stdio"))).text).toContain("applied already as job j_2");
  await store.close();
  expect(log.join("\n")).toContain(id);
});
