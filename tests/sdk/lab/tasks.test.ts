import { expect, test } from "@jest/globals";
import { Clock } from "../../../sdk/lab/clock.ts";
import { Faults } from "../../../sdk/lab/faults.ts";
import { Locks } from "../../../sdk/lab/locks.ts";
import { Tasks } from "../../../sdk/lab/tasks/tasks.ts";

const start = { node: "pve1", type: "qmstart", id: "100", user: "root@pam!t" };

function make() {
  const faults = new Faults();
  return { faults, tasks: new Tasks(new Clock(Number.POSITIVE_INFINITY), faults) };
}

test("a good task ends as OK, its log in order", async () => {
  const { tasks } = make();
  const upid = tasks.start(start, async (task) => {
    task.log("one");
    await task.takes(5000);
    task.log("two\nthree");
  });
  expect(tasks.get(upid)?.exitstatus).toBeUndefined();
  expect(await tasks.ended(upid)).toBe("OK");
  expect(tasks.get(upid)?.log).toEqual(["one", "two", "three", "TASK OK"]);
});

test("warnings are counted", async () => {
  const { tasks } = make();
  const upid = tasks.start(start, (task) => task.warn("careful"));
  expect(await tasks.ended(upid)).toBe("WARNINGS: 1");
  expect(tasks.get(upid)?.log).toEqual(["WARN: careful", "TASK WARNINGS: 1"]);
});

test("what a worker throws is the exit status, on one line", async () => {
  const { tasks } = make();
  const upid = tasks.start(start, () => {
    throw new Error("first\nsecond\n");
  });
  expect(await tasks.ended(upid)).toBe("first second");
  expect(tasks.get(upid)?.log).toEqual(["TASK ERROR: first second"]);
});

test("a stopped task ends as unexpected status", async () => {
  const tasks = new Tasks(new Clock(1), new Faults());
  const upid = tasks.start(start, (task) => task.takes(3_600_000));
  tasks.stop(upid);
  expect(await tasks.ended(upid)).toBe("unexpected status");
});

test("children belong to the same user and node", async () => {
  const { tasks } = make();
  let child = "";
  const upid = tasks.start(start, async (task) => {
    child = task.child("qmstop", 101, () => undefined);
    await task.ended(child);
  });
  await tasks.ended(upid);
  expect(tasks.get(child)).toMatchObject({ node: "pve1", user: "root@pam!t", id: "101", exitstatus: "OK" });
  expect(tasks.all().map(({ type }) => type)).toEqual(["qmstop", "qmstart"]);
});

test("a task fault strikes as often as it says", async () => {
  const { tasks, faults } = make();
  faults.task({ type: "qmstart", exitstatus: "boom", times: 1 });
  expect(await tasks.ended(tasks.start(start, () => undefined))).toBe("boom");
  expect(await tasks.ended(tasks.start(start, () => undefined))).toBe("OK");
});

test("a lock lets one in at a time, and times out where that was asked for", async () => {
  const faults = new Faults();
  const locks = new Locks(faults, new Clock(Number.POSITIVE_INFINITY));
  const seen: string[] = [];
  const work = (name: string) => async () => {
    seen.push(`${name} in`);
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(`${name} out`);
  };
  await Promise.all([locks.with("/f", work("a")), locks.with("/f", work("b"))]);
  expect(seen).toEqual(["a in", "a out", "b in", "b out"]);
  faults.lockTimeout("lock-100");
  await expect(locks.with("/var/lock/lock-100.conf", work("c"))).rejects.toThrow(
    "can't lock file '/var/lock/lock-100.conf' - got timeout",
  );
});

test("who waits for a lock longer than it will gives up, and who comes after waits on", async () => {
  const clock = new Clock(Number.POSITIVE_INFINITY);
  const locks = new Locks(new Faults(), clock);
  let release = (): void => undefined;
  const held = locks.with(
    "/f",
    () =>
      new Promise<void>((resolve) => {
        release = resolve;
      }),
  );
  const late = locks.with("/f", () => "never", 10_000);
  const patient = locks.with("/f", () => "at last");
  await expect(late).rejects.toThrow("can't lock file '/f' - got timeout");
  release();
  await held;
  expect(await patient).toBe("at last");
  expect(await locks.with("/f", () => "at once", 10_000)).toBe("at once");
  expect(clock.isIdle()).toBe(true);
});
