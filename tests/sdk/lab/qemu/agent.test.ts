import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { GuestFiles } from "../../../../sdk/lab/system/files.ts";
import { Processes } from "../../../../sdk/lab/system/processes.ts";
import type { GuestSystem } from "../../../../sdk/lab/system/system.ts";
import { LabClient } from "./client.ts";

const AGENT = "/nodes/pve1/qemu/101/agent";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

describe("the agent in a guest", () => {
  test("tells of the system and its addresses", async () => {
    expect(await client.fields(`${AGENT}/get-osinfo`)).toMatchObject({ result: { id: "debian" } });
    const { result } = await client.fields(`${AGENT}/network-get-interfaces`);
    expect(result).toMatchObject([{ name: "lo" }, { name: "eth0" }]);
    expect(await client.fields(`${AGENT}/get-memory-blocks`)).toMatchObject({
      result: { error: { class: "CommandNotFound" } },
    });
  });

  test("keeps files, also for the programs that it runs", async () => {
    await client.ok("POST", `${AGENT}/file-write`, { file: "/tmp/x", content: "one\ntwo\n" });
    expect(await client.fields(`${AGENT}/file-read`, { file: "/tmp/x" })).toEqual({
      content: "one\ntwo\n",
      "bytes-read": 8,
    });
    const { pid } = (await client.ok("POST", `${AGENT}/exec`, { command: "/bin/hostname" })) as {
      pid: number;
    };
    expect(await client.fields(`${AGENT}/exec-status`, { pid })).toEqual({
      exited: 1,
      exitcode: 0,
      "out-data": "guest101\n",
    });
    expect((await client.call("GET", `${AGENT}/exec-status`, { pid })).message).toBe(
      `Agent error: 'pid ${pid} does not exist'`,
    );
  });

  test("refuses from its next start on what its file turns off", async () => {
    const content = "[general]\nblock-rpcs=guest-fstrim,guest-get-users\n";
    await client.ok("POST", `${AGENT}/file-write`, { file: "/etc/qemu/qemu-ga.conf", content });
    expect(await client.ok("POST", `${AGENT}/fstrim`)).toMatchObject({ result: { paths: [{ path: "/" }] } });
    await client.task("POST", "/nodes/pve1/qemu/101/status/reboot");
    await client.newest("qmstart");
    expect(await client.ok("POST", `${AGENT}/fstrim`)).toMatchObject({
      result: { error: { class: "CommandNotFound" } },
    });
    expect(await client.fields(`${AGENT}/info`)).toMatchObject({
      result: {
        supported_commands: expect.arrayContaining([
          expect.objectContaining({ name: "guest-fstrim", enabled: false }),
          expect.objectContaining({ name: "guest-ping", enabled: true }),
        ]),
      },
    });
  });

  test("a missing file and a missing program fail as they do in real life", async () => {
    expect((await client.call("GET", `${AGENT}/file-read`, { file: "/nope" })).message).toBe(
      "Agent error: failed to open file '/nope' (mode: 'r'): No such file or directory",
    );
    expect((await client.call("POST", `${AGENT}/exec`, { command: "/bin/nosuch" })).status).toBe(596);
  });
});

describe("the limits of the agent", () => {
  const exec = (params: Record<string, unknown>) => client.call("POST", `${AGENT}/exec`, params);
  const ended = async (params: Record<string, unknown>) => {
    const { pid } = (await client.ok("POST", `${AGENT}/exec`, params)) as { pid: number };
    return await client.fields(`${AGENT}/exec-status`, { pid });
  };

  test("what is written and read is bytes, and other characters are not taken", async () => {
    expect((await ended({ command: "cat", "input-data": "\u00e4\u0000" }))["out-data"]).toBe("\u00e4\u0000");
    expect((await exec({ command: "cat", "input-data": "\u20ac" })).message).toMatch(/^Wide character/);
    expect((await exec({ command: "\u20ac" })).message).toMatch(/Wide character/);
    expect((await exec({ command: "\u00e4" })).message).toBe(
      "Agent error: JSON parse error, invalid UTF-8 sequence in string",
    );
  });

  test("64 KiB of input, 16 MiB of output, 60 KiB of content", async () => {
    expect((await exec({ command: "cat", "input-data": "x".repeat(65_537) })).errors).toHaveProperty(
      "input-data",
    );
    const file = { file: "/tmp/x", content: "x".repeat(61_441) };
    expect((await client.call("POST", `${AGENT}/file-write`, file)).errors).toHaveProperty("content");
    await ended({ command: "sh", "input-data": "head -c 16777217 /dev/zero | tr '\\0' x > /tmp/large" });
    const read = await client.fields(`${AGENT}/file-read`, { file: "/tmp/large" });
    expect(read).toMatchObject({ truncated: 1, "bytes-read": 16_777_216 });
    const out = await ended({ command: "sh", "input-data": "cat /tmp/large; cat /tmp/large >&2" });
    expect(out).toMatchObject({ "out-truncated": 1, "err-truncated": 1 });
    expect(String(out["out-data"]).length).toBe(16_777_216);
  });

  test("a part of a file, as base64 or not", async () => {
    await client.ok("POST", `${AGENT}/file-write`, {
      file: "/tmp/p",
      content: "MDEyMzQ1Njc4OQ==",
      encode: 0,
    });
    const part = { file: "/tmp/p", offset: 3, count: 4 };
    expect(await client.fields(`${AGENT}/file-read`, part)).toEqual({
      content: "3456",
      "bytes-read": 4,
      truncated: 1,
    });
    expect((await client.fields(`${AGENT}/file-read`, { ...part, decode: 0 })).content).toBe("MzQ1Ng==");
    const bad = { file: "/tmp/p", content: "?", encode: 0 };
    expect((await client.call("POST", `${AGENT}/file-write`, bad)).message).toMatch(/Base64/);
  });

  test("of a system that is frozen, or that was started anew", async () => {
    const { pid } = (await client.ok("POST", `${AGENT}/exec`, { command: "true" })) as { pid: number };
    await client.ok("POST", `${AGENT}/fsfreeze-freeze`);
    const frozen = /^Agent error: Command guest-\S+ has been disabled: the agent is in frozen state$/;
    expect((await exec({ command: "true" })).message).toMatch(frozen);
    expect((await client.call("GET", `${AGENT}/exec-status`, { pid })).message).toMatch(frozen);
    expect((await client.call("GET", `${AGENT}/file-read`, { file: "/etc/hosts" })).message).toMatch(frozen);
    expect(await client.ok("POST", `${AGENT}/fsfreeze-status`)).toEqual({ result: "frozen" });
    await client.task("POST", "/nodes/pve1/qemu/101/status/reboot");
    await client.newest("qmstart");
    expect((await client.call("GET", `${AGENT}/exec-status`, { pid })).message).toMatch(/does not exist/);
  });

  test("a process ends when it is told to, unless it is deaf to that", async () => {
    const start = async (script: string) =>
      ((await client.ok("POST", `${AGENT}/exec`, { command: "sh", "input-data": script })) as { pid: number })
        .pid;
    const status = async (pid: number) => client.fields(`${AGENT}/exec-status`, { pid });
    const mild = await start("sleep 600");
    const deaf = await start("trap '' TERM; exec setsid sleep 600");
    expect(await status(mild)).toEqual({ exited: 0 });
    expect(await status(deaf)).toEqual({ exited: 0 });
    await ended({
      command: "sh",
      "input-data": `kill ${mild}; kill ${deaf}; kill -0 -${deaf} && echo leads`,
    });
    expect(await status(mild)).toEqual({ exited: 1, signal: 15 });
    expect(await status(deaf)).toEqual({ exited: 0 });
    await ended({ command: "sh", "input-data": `kill -9 -- -${deaf}` });
    expect(await status(deaf)).toEqual({ exited: 1, signal: 9 });
  });
});

describe("programs of the guest", () => {
  const run = (command: readonly string[], stdin = "") => {
    const files = new GuestFiles([["/etc/hostname", "g\n"]]);
    const processes = new Processes();
    const system: GuestSystem = { hostname: "g", files, processes, now: () => 0 };
    const pid = processes.start(system, command, stdin) ?? 0;
    processes.advance(Number.MAX_SAFE_INTEGER);
    return { ended: processes.take(pid)?.result, files };
  };
  const sh = (script: string, stdin = "") => run(["/bin/sh", "-c", script], stdin);

  test.each([
    ["echo err >&2; exit 3", { out: "", err: "err\n", code: 3 }],
    ["cat /etc/hostname | wc -l && echo yes || echo no", { out: "1\nyes\n", err: "", code: 0 }],
    ["false || echo \"pid $$\" 'a;b'", { out: "pid 1000 a;b\n", err: "", code: 0 }],
    ["kill -9 $$; echo never", { out: "", signal: 9 }],
    ["nosuch 2>&1", { out: "sh: 1: nosuch: not found\n", err: "", code: 127 }],
    ["sleep 2; printf '%s-%s\\n' a b", { out: "a-b\n" }],
  ])("sh -c %j", (script, expected) => {
    expect(sh(script).ended).toMatchObject(expected);
  });

  test("redirections write files", () => {
    const { files } = sh("echo one > /tmp/f; echo two >> /tmp/f; cat < /tmp/f > /tmp/g");
    expect(files.get("/tmp/g")).toBe("one\ntwo\n");
  });

  test("arguments reach a program as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (args) => {
        fc.pre(args[0] !== "-n");
        expect(run(["/bin/echo", ...args]).ended?.out).toBe(`${args.join(" ")}\n`);
      }),
    );
  });

  test("what is quoted reaches a program as it is", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const quoted = `'${text.replaceAll("'", `'"'"'`)}'`;
        expect(sh(`printf %s ${quoted}`).ended?.out).toBe(text);
      }),
    );
  });

  test("what every object has is no program", () => {
    expect(sh("__proto__").ended?.code).toBe(127);
  });

  test("no script hangs or throws", () => {
    fc.assert(
      fc.property(fc.string(), (script) => {
        expect(typeof sh(script).ended?.code).toBe("number");
      }),
    );
  });
});
