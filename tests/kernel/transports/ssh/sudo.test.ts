import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { addSudoUser, isRoot, startSshd, type TestSshd, type TestUser } from "../../../helpers/sshd.ts";
import { command, errorOf, firstOutput, gone, NODE, textOf, transportTo } from "./harness.ts";

let sshd: TestSshd;

beforeAll(async () => {
  sshd = await startSshd();
});

afterAll(async () => {
  await sshd.close();
});

(isRoot ? describe : describe.skip)("a login that is not root", () => {
  let user: TestUser;
  let limited: SshTransport;

  beforeAll(() => {
    sshd.program("whoami-there", "id -un");
    sshd.program("stay", 'sleep 300 & echo "$$ $!"; wait');
    sshd.program("secret", "echo no");
    const allowed = ["whoami-there", "stay"].map((name) => join(sshd.bin, name));
    user = addSudoUser(sshd.bin, [...allowed, "/usr/bin/kill -s * -- -[0-9]*"]);
    limited = transportTo(sshd, { username: user.name });
  });

  afterAll(async () => {
    await limited.close();
    user.remove();
  });

  test("runs commands by sudo", async () => {
    expect(textOf(await limited.run(NODE, command(["whoami-there"])))).toBe("root\n");
  });

  test("gets no further than sudo lets it", async () => {
    const result = await limited.run(NODE, command(["secret"]));
    expect(result.exitCode).not.toBe(0);
    expect(Buffer.from(result.stderr.bytes).toString()).toContain("sudo");
    expect(textOf(result)).toBe("");
  });

  test("kills what runs by sudo", async () => {
    const { output, onOutput } = firstOutput();
    const stop = new AbortController();
    const running = limited.run(NODE, command(["stay"], { onOutput, signal: stop.signal }));
    const [shell, child] = (await output).trim().split(" ").map(Number);
    stop.abort();
    expect((await errorOf(running)).code).toBe("cancelled");
    await Promise.all([gone(shell ?? 0), gone(child ?? 0)]);
  });

  test("says so where sudo does not let it kill", async () => {
    const lone = addSudoUser(sshd.bin, [join(sshd.bin, "stay")], `${user.name}-b`);
    const alone = transportTo(sshd, { username: lone.name });
    try {
      const { output, onOutput } = firstOutput();
      const stop = new AbortController();
      const running = alone.run(NODE, command(["stay"], { onOutput, signal: stop.signal }));
      const pids = (await output).trim().split(" ").map(Number);
      stop.abort();
      expect(await errorOf(running)).toMatchObject({ code: "outcome_unknown" });
      for (const pid of pids) process.kill(pid, "SIGKILL");
    } finally {
      await alone.close();
      lone.remove();
    }
  });
});
