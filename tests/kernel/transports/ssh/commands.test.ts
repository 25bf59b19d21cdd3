import { createHash } from "node:crypto";
import { existsSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { startSshd, type TestSshd } from "../../../helpers/sshd.ts";
import { command, errorOf, firstOutput, gone, NODE, textOf, transportTo } from "./harness.ts";

let sshd: TestSshd;
let ssh: SshTransport;

beforeAll(async () => {
  sshd = await startSshd();
  sshd.program("say", 'for word; do printf "<%s>" "$word"; done');
  ssh = transportTo(sshd);
});

afterAll(async () => {
  await ssh.close();
  await sshd.close();
});

describe("a command", () => {
  test("gets its arguments as they are", async () => {
    const words = ["", "a b", "-x", "--", "'\"\\$HOME`id`", "two\nlines", "äß€", "*", "A=1"];
    const result = await ssh.run(NODE, command(["say", ...words]));
    expect(textOf(result)).toBe(words.map((word) => `<${word}>`).join(""));
    expect(result.exitCode).toBe(0);
  });

  test("tells its exit code, its error output and how much it wrote", async () => {
    const result = await ssh.run(NODE, command(["sh", "-c", "echo out; echo err >&2; exit 7"]));
    expect(result.exitCode).toBe(7);
    expect(result.signal).toBeUndefined();
    expect(textOf(result)).toBe("out\n");
    expect(Buffer.from(result.stderr.bytes).toString()).toBe("err\n");
    expect(result.stdout.size).toBe(4);
  });

  test("tells the signal that ended it", async () => {
    const result = await ssh.run(NODE, command(["sh", "-c", "kill -s SEGV $$"]));
    expect(result).toMatchObject({ signal: "SEGV" });
    expect(result.exitCode).toBeUndefined();
  });

  test("that is not there ends with 127", async () => {
    expect(await ssh.run(NODE, command(["no-such-program"]))).toMatchObject({ exitCode: 127 });
  });

  test("reads its standard input to the end", async () => {
    const stdin = "x".repeat(3_000_000);
    const result = await ssh.run(NODE, command(["wc", "-c"], { stdin }));
    expect(textOf(result).trim()).toBe("3000000");
  });

  test("that does not read its input is no fault", async () => {
    const result = await ssh.run(NODE, command(["true"], { stdin: "x".repeat(3_000_000) }));
    expect(result.exitCode).toBe(0);
  });

  test("has its output kept up to a bound and counted beyond", async () => {
    const result = await ssh.run(NODE, command(["head", "-c", "20000000", "/dev/zero"]));
    expect(result.stdout.size).toBe(20_000_000);
    expect(result.stdout.bytes.length).toBe(8 * 1024 * 1024);
  });

  test("streams its output while it runs", async () => {
    const { output, onOutput } = firstOutput();
    const fifo = join(sshd.folder, "fifo");
    const script = `mkfifo ${fifo}; echo waiting; cat ${fifo}`;
    const running = ssh.run(NODE, command(["sh", "-c", script], { onOutput }));
    expect(await output).toBe("waiting\n");
    await ssh.run(NODE, command(["sh", "-c", `echo done > ${fifo}`]));
    expect(textOf(await running)).toBe("waiting\ndone\n");
  });

  test("is held back by a receiver that takes its time, which gets every byte in order", async () => {
    const hash = createHash("sha256");
    let size = 0;
    let calls = 0;
    const onOutput = async (chunk: Uint8Array) => {
      calls += 1;
      expect(calls).toBe(1);
      hash.update(chunk);
      size += chunk.length;
      await new Promise((resolve) => setImmediate(resolve));
      calls -= 1;
    };
    const script = "seq 3000000; seq 3000000 >&2; echo end";
    const result = await ssh.run(NODE, command(["sh", "-c", script], { onOutput, timeoutMs: 60_000 }));
    expect(result.stdout.size + result.stderr.size).toBe(size);
    expect(size).toBe(2 * 22_888_896 + 4);
    expect(result.stderr.size).toBe(22_888_896);
  }, 60_000);

  test("waits with all that it writes while its receiver is busy", async () => {
    let release: () => void = () => undefined;
    let first: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => {
      first = resolve;
    });
    const busy = new Promise<void>((resolve) => {
      release = resolve;
    });
    const onOutput = () => {
      first();
      return busy;
    };
    const source = join(sshd.folder, "zeros");
    writeFileSync(source, "");
    truncateSync(source, 60_000_000);
    const pidFile = join(sshd.folder, "pid");
    const script = `echo $$ > ${pidFile}; exec cat < ${source}`;
    const running = ssh.run(NODE, command(["sh", "-c", script], { onOutput, timeoutMs: 60_000 }));
    await begun;
    const pid = readFileSync(pidFile, "utf8").trim();
    const read = () => Number(/^pos:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/fdinfo/0`, "utf8"))?.[1]);
    // What fits into the window of the channel and the pipes is read; then nothing moves any more.
    for (let seen = -1; seen !== read(); ) {
      seen = read();
      await ssh.run(NODE, command(["sleep", "0.2"]));
    }
    expect(read()).toBeLessThan(8_000_000);
    release();
    expect((await running).stdout.size).toBe(60_000_000);
  }, 60_000);

  test("is stopped where its receiver fails, and the call fails with that", async () => {
    const failing = [
      () => {
        throw new Error("full");
      },
      async () => {
        throw new Error("full");
      },
    ];
    for (const onOutput of failing) {
      const running = ssh.run(NODE, command(["sh", "-c", "echo $$; sleep 300"], { onOutput }));
      await expect(running).rejects.toThrow("full");
    }
  });

  test("reads a source of any size as its standard input", async () => {
    const stdin = Readable.from(
      (function* () {
        for (let at = 0; at < 300; at += 1) yield Buffer.alloc(100_000, at);
      })(),
    );
    const result = await ssh.run(NODE, command(["wc", "-c"], { stdin }));
    expect(textOf(result).trim()).toBe("30000000");
  });

  test("never sees the end of a source that fails", async () => {
    const stdin = Readable.from(
      (async function* () {
        yield "a part\n";
        throw new Error("gone");
      })(),
    );
    const marker = join(sshd.folder, "whole");
    const running = ssh.run(NODE, command(["sh", "-c", `cat && touch ${marker}`], { stdin }));
    await expect(running).rejects.toThrow("gone");
    expect(existsSync(marker)).toBe(false);
  });

  test("that does not read its source is no fault, and the source is let go", async () => {
    const stdin = new Readable({
      read() {
        this.push(Buffer.alloc(65_536));
      },
    });
    expect(await ssh.run(NODE, command(["true"], { stdin }))).toMatchObject({ exitCode: 0 });
    expect(stdin.destroyed).toBe(true);
  });

  test("is not sent where one of its arguments has a NUL", async () => {
    expect(await errorOf(ssh.run(NODE, command(["say", "a\0b"])))).toMatchObject({ code: "invalid_input" });
  });
});

describe("stopping", () => {
  const trap = 'sleep 300 & echo "$$ $!"; wait';

  test("kills the command and its children", async () => {
    const { output, onOutput } = firstOutput();
    const stop = new AbortController();
    const running = ssh.run(NODE, command(["sh", "-c", trap], { onOutput, signal: stop.signal }));
    const [shell, child] = (await output).trim().split(" ").map(Number);
    stop.abort();
    const error = await errorOf(running);
    expect(error.code).toBe("cancelled");
    expect(error.message).toContain("its processes were killed");
    await Promise.all([gone(shell ?? 0), gone(child ?? 0)]);
  });

  test("kills by force what ignores the first signal", async () => {
    const { output, onOutput } = firstOutput();
    const stop = new AbortController();
    const script = 'trap "" TERM; echo $$; while :; do sleep 1; done';
    const running = ssh.run(NODE, command(["sh", "-c", script], { onOutput, signal: stop.signal }));
    const pid = Number(await output);
    stop.abort();
    expect((await errorOf(running)).code).toBe("cancelled");
    await gone(pid);
  });

  test("kills what ignores the first signal without holding the output open", async () => {
    const { output, onOutput } = firstOutput();
    const stop = new AbortController();
    const ignoring = `sh -c 'trap "" TERM; while :; do sleep 1; done' >/dev/null 2>&1 </dev/null &`;
    const script = `${ignoring} echo $!; exec sleep 300`;
    const running = ssh.run(NODE, command(["sh", "-c", script], { onOutput, signal: stop.signal }));
    const pid = Number(await output);
    stop.abort();
    expect((await errorOf(running)).code).toBe("cancelled");
    await gone(pid);
  });

  test("goes through where the receiver of the output never takes it", async () => {
    const stop = new AbortController();
    const onOutput = () => {
      stop.abort();
      return new Promise<void>(() => undefined);
    };
    const running = ssh.run(
      NODE,
      command(["sh", "-c", "seq 9; sleep 300"], { onOutput, signal: stop.signal }),
    );
    expect((await errorOf(running)).code).toBe("cancelled");
  });

  test("happens by itself when the time is over", async () => {
    const error = await errorOf(ssh.run(NODE, command(["sleep", "300"], { timeoutMs: 500 })));
    expect(error).toMatchObject({ code: "cancelled" });
    expect(error.message).toContain("took longer than it may");
  });

  test("before a channel is free sends nothing", async () => {
    const marker = join(sshd.folder, "not-sent");
    const signal = AbortSignal.abort();
    const error = await errorOf(ssh.run(NODE, command(["touch", marker], { signal })));
    expect(error.message).toContain("Nothing was sent");
    expect(existsSync(marker)).toBe(false);
  });
});
