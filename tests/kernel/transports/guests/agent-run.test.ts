import { Readable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { errorOf } from "../ssh/harness.ts";
import { AGENT, GuestLab, textOf, WEB } from "./harness.ts";

let guests: GuestLab;
beforeEach(async () => {
  guests = await GuestLab.start();
});
afterEach(() => guests.close());

describe("a command in a VM", () => {
  test("runs to its end, with output and exit code", async () => {
    const heard: string[] = [];
    const result = await guests.run(["sh", "-c", "echo out; echo err >&2; exit 3"], {
      onOutput: async (chunk, from) => {
        heard.push(`${from} ${Buffer.from(chunk).toString()}`);
      },
    });
    expect(result).toMatchObject({ exitCode: 3, stdout: { size: 4 }, stderr: { size: 4 } });
    expect(result.signal).toBeUndefined();
    expect(heard).toEqual(["stdout out\n", "stderr err\n"]);
  });

  test("tells the signal that ended it", async () => {
    const result = await guests.run(["sh", "-c", "kill -9 $$"]);
    expect(result.signal).toBe("KILL");
    expect(result).not.toHaveProperty("exitCode");
  });

  test("that is not there ends as a shell says it", async () => {
    const { exitCode, stderr } = await guests.run(["/bin/nosuch", "x"]);
    expect(exitCode).toBe(127);
    expect(Buffer.from(stderr.bytes).toString()).toContain("/bin/nosuch: not found");
  });

  test("gets its arguments as they are", async () => {
    const argument = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
    const check = fc.asyncProperty(fc.array(argument, { maxLength: 5 }), async (args) => {
      fc.pre(args[0] !== "-n");
      expect(textOf(await guests.run(["echo", ...args]))).toBe(`${args.join(" ")}\n`);
    });
    await fc.assert(check, { numRuns: 25 });
  });

  test("gets its input and gives its output byte by byte", async () => {
    const check = fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (stdin) => {
      const { stdout } = await guests.run(["cat"], { stdin });
      expect(Buffer.from(stdout.bytes)).toEqual(Buffer.from(stdin));
    });
    await fc.assert(check, { numRuns: 25 });
  });

  test("takes its input from a source, whose fault keeps it from being begun", async () => {
    const good = Readable.from([Buffer.from("a"), "b"]);
    expect(textOf(await guests.run(["cat"], { stdin: good }))).toBe("ab");
    const bad = new Readable({ read: () => bad.destroy(new Error("torn")) });
    await expect(guests.run(["touch", "/tmp/begun"], { stdin: bad })).rejects.toThrow("torn");
    expect(await guests.sh("[ -e /tmp/begun ] || echo no")).toBe("no\n");
  });

  test("whose output is more than the agent keeps is told as such", async () => {
    const { stdout } = await guests.run(["sh", "-c", "head -c 13000000 /dev/zero | base64 -w0"]);
    expect(stdout).toMatchObject({ size: 16 * 1024 * 1024, truncated: true });
  });

  test("runs on every release alike", async () => {
    for (const release of ["7.4", "8.4"] as const) {
      const older = await GuestLab.start(release);
      expect(textOf(await older.run(["echo", "", "a b", "ü", ""]))).toBe(" a b ü \n");
      expect(textOf(await older.run(["cat"], { stdin: "in\n" }))).toBe("in\n");
      await older.close();
    }
  });
});

describe("a command that cannot be sent", () => {
  test.each([
    ["too much input", { argv: ["cat"], stdin: "x".repeat(65_537) }, /more than the 65536 bytes/],
    ["an argument with NUL", { argv: ["echo", "a\0b"] }, /NUL/],
    ["too long a line", { argv: ["echo", "x".repeat(140_000)] }, /128 KiB/],
    [
      "too large a request",
      { argv: ["echo", "\u{1f600}".repeat(25_000)], stdin: "ÿ".repeat(30_000) },
      /takes 524288/,
    ],
  ])("is refused before: %s", async (_, command, message) => {
    const error = await errorOf(guests.run(command.argv, command));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringMatching(message) });
  });

  test("has less room before version 9", async () => {
    const older = await GuestLab.start("7.4");
    const error = await errorOf(older.run(["cat"], { stdin: "ä".repeat(10_000) }));
    expect(error).toMatchObject({ code: "invalid_input", message: expect.stringContaining("takes 65536") });
    await older.close();
  });
});

describe("a VM whose agent cannot be asked", () => {
  const WHY = [
    ["stopped", 110, "pve2"],
    ["off", 111, "pve3"],
  ] as const;
  test.each(WHY)("because it is %s", async (_, vmid, node) => {
    const error = await errorOf(guests.run(["true"], {}, { kind: "qemu", node, vmid }));
    expect(error.code).toBe("conflict");
    expect(error.details).toMatchObject({ agent: expect.any(String) });
  });

  test("because it is paused, silent, frozen or told not to", async () => {
    const guest = guests.lab.state.guests.get(101);
    if (guest?.runtime === undefined) throw new Error("the lab has no such VM");
    const trouble = async () => (await errorOf(guests.run(["true"]))).details?.agent;
    guest.runtime.qmpstatus = "paused";
    expect(await trouble()).toBe("paused");
    guest.runtime.qmpstatus = "running";
    guest.runtime.agent = false;
    expect(await trouble()).toBe("silent");
    guest.runtime.agent = true;
    guest.agentBlocks = new Set(["exec"]);
    expect(await trouble()).toBe("disabled");
    guest.agentBlocks = new Set();
    await guests.post("/agent/fsfreeze-freeze");
    expect(await trouble()).toBe("frozen");
    await guests.post("/agent/fsfreeze-thaw");
    guest.agentBlocks = new Set(["get-osinfo"]);
    expect(await guests.sh("echo still")).toBe("still\n");
  });
});

describe("an answer that is lost", () => {
  test("of the beginning: the command is not begun again, and may have run", async () => {
    guests.lab.faults.request({
      method: "POST",
      path: `${AGENT}/exec`,
      fault: { kind: "dropped-after" },
      times: 1,
    });
    const error = await errorOf(guests.run(["sh", "-c", "echo x >> /tmp/count"]));
    expect(error).toMatchObject({
      code: "outcome_unknown",
      message: expect.stringContaining("not sent again"),
    });
    expect(await guests.sh("cat /tmp/count")).toBe("x\n");
  });

  test("of the end: it says that the command ended, and no result is made up", async () => {
    guests.lab.faults.request({ path: `${AGENT}/exec-status`, fault: { kind: "dropped-after" }, times: 1 });
    const error = await errorOf(guests.run(["true"]));
    expect(error).toMatchObject({
      code: "outcome_unknown",
      message: expect.stringMatching(/ended, but .* lost/),
    });
    expect(error.details).toEqual({ pid: 1000 });
  });

  test("while it runs, or before it was asked for: the result comes all the same", async () => {
    guests.lab.faults.request({ path: `${AGENT}/exec-status`, fault: { kind: "dropped-after" }, times: 1 });
    expect(await guests.sh("sleep 0.3; echo late")).toBe("late\n");
    guests.lab.faults.request({ path: `${AGENT}/exec-status`, fault: { kind: "dropped-before" }, times: 1 });
    expect(await guests.sh("echo again")).toBe("again\n");
  });

  test("that comes after all is used", async () => {
    const slow = await GuestLab.start("9.2", { requestTimeoutMs: 500 });
    slow.lab.faults.request({ path: `${AGENT}/exec`, fault: { kind: "slow", ms: 900 }, times: 2 });
    expect(await slow.sh("echo slow")).toBe("slow\n");
    await slow.close();
  });
});

describe("a command that is to end", () => {
  test("when cancelled is stopped with all that it started", async () => {
    const cancel = new AbortController();
    const begun = guests.begun();
    const running = errorOf(guests.run(["sh", "-c", "echo before; sleep 600"], { signal: cancel.signal }));
    await begun;
    cancel.abort();
    const error = await running;
    expect(error).toMatchObject({ code: "cancelled", message: expect.stringContaining("was stopped") });
    expect(await guests.sh("kill -0 1000 || echo gone")).toBe("gone\n");
  });

  test("and does not, is killed", async () => {
    const running = guests.run(["sh", "-c", "trap '' TERM; sleep 600"], { timeoutMs: 300 });
    const error = await errorOf(running);
    expect(error).toMatchObject({ code: "cancelled", message: expect.stringContaining("took longer") });
  });

  test("and cannot be reached, may still run", async () => {
    const cancel = new AbortController();
    const begun = guests.begun();
    const running = errorOf(guests.run(["sleep", "600"], { signal: cancel.signal }));
    await begun;
    const guest = guests.lab.state.guests.get(101);
    if (guest?.runtime !== undefined) guest.runtime.agent = false;
    cancel.abort();
    const error = await running;
    expect(error).toMatchObject({ code: "outcome_unknown", details: { pid: 1000 } });
    expect(error.message).toContain("process 1000 may still run");
  });

  test("before it was begun, is not begun", async () => {
    const error = await errorOf(guests.run(["true"], { signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: "cancelled", message: expect.stringContaining("Nothing was begun") });
  });

  test("with its VM, ended with it", async () => {
    const begun = guests.begun();
    const running = errorOf(guests.run(["sleep", "600"]));
    await begun;
    const guest = guests.lab.state.guests.get(WEB.vmid);
    if (guest !== undefined) guest.runtime = undefined;
    expect(await running).toMatchObject({
      code: "outcome_unknown",
      message: expect.stringContaining("VM 101 is not running"),
    });
  });
});
