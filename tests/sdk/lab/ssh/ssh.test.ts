import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runCli } from "../../../../kernel/transports/cli/run.ts";
import type { SshTransport } from "../../../../kernel/transports/ssh/transport.ts";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { sshTo } from "./harness.ts";

let lab: Lab;
let ssh: SshTransport;

beforeAll(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY });
  ssh = await sshTo(lab);
});

afterAll(async () => {
  await ssh.close();
  await lab.close();
});

async function run(node: string, ...argv: string[]) {
  const { exitCode, stdout, stderr } = await ssh.run(node, { argv, timeoutMs: 20_000 });
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();
  return { exitCode, stdout: text(stdout.bytes), stderr: text(stderr.bytes) };
}

describe("the lab's command line", () => {
  test("acts on the lab's state, on the node that it is run on", async () => {
    expect(await run("pve3", "qm", "set", "104", "--memory=1234")).toMatchObject({ exitCode: 0 });
    expect((await run("pve3", "qm", "config", "104")).stdout).toContain("memory: 1234\n");
    expect(await run("pve1", "qm", "config", "104")).toMatchObject({ exitCode: 255 });
  });

  test("pvesh prints the bare data, and nothing for null", async () => {
    expect(
      JSON.parse((await run("pve1", "pvesh", "get", "/version", "--output-format=json")).stdout),
    ).toMatchObject({
      release: "9.2",
    });
    expect(await run("pve1", "pvesh", "create", "/pools", "--poolid=a")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
  });

  test("pvesh ends well although its task failed, and says why on stderr", async () => {
    const { exitCode, stdout, stderr } = await run(
      "pve1",
      "pvesh",
      "create",
      "/nodes/pve1/qemu/9999/status/start",
    );
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/\n?"UPID:pve1:.*:qmstart:9999:root@pam:"\n$/);
    expect(stderr).toContain("does not exist");
  });

  test("qm ends with an error where its task failed", async () => {
    expect(await run("pve1", "qm", "start", "9999")).toMatchObject({ exitCode: 255 });
  });

  test("API errors and unknown paths and programs have their exit codes", async () => {
    expect(await run("pve1", "pvesh", "get", "/no/such/path")).toMatchObject({ exitCode: 1 });
    expect(await run("pve1", "pvesh", "create", "/pools")).toMatchObject({ exitCode: 2 });
    expect(await run("pve1", "frobnicate")).toMatchObject({ exitCode: 127 });
  });

  test("answers commands whose end comes together with their beginning, many at once", async () => {
    const all = await Promise.all(Array.from({ length: 40 }, () => run("pve2", "qm", "list")));
    expect(new Set(all.map(({ exitCode }) => exitCode))).toEqual(new Set([0]));
  });

  test("gives the kernel a task to follow, whatever its exit code", async () => {
    const line = {
      ...({ by: "cli", node: "pve1", command: "pvesh create" } as const),
      apiPath: { path: "/nodes/pve1/qemu/9999/status/start", params: ["node", "vmid"] },
    };
    const bounds = { signal: new AbortController().signal, timeoutMs: 20_000 };
    expect(await runCli(ssh, line, { node: "pve1", vmid: "9999" }, bounds)).toMatch(/^UPID:.*:$/);
  });
});
