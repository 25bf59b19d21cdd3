import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, MAIN, Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
beforeAll(async () => {
  lab = await bench.lab();
});
afterAll(() => bench.close());

/** Runs the command to its end; stdin is closed at once. */
async function run(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: { PATH: process.env.PATH ?? "", HOME: bench.folder(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const text = { stdout: "", stderr: "" };
  child.stdout.on("data", (part: Buffer) => {
    text.stdout += part.toString("utf8");
  });
  child.stderr.on("data", (part: Buffer) => {
    text.stderr += part.toString("utf8");
  });
  const [code] = await once(child, "close");
  return { code: code as number | null, ...text };
}

describe("the command", () => {
  test("says its version and how to use it", async () => {
    const version = await run(["--version"]);
    expect(version).toMatchObject({ code: 0, stderr: "" });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await run(["--help"])).stdout).toContain("proxmox-mcp lab");
    expect(await run(["serve-me"])).toMatchObject({ code: 2, stdout: "" });
  });

  test("names every bad setting at once and starts nothing", async () => {
    const { code, stdout, stderr } = await run([], {
      PROXMOX_HOST: "https://pve1:8006/",
      PROXMOX_API_PORT: "eight",
      PROXMOX_MCP_ACESS: "read",
      PROXMOX_API_TOKEN_SECRET: "canary-secret-value",
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    for (const name of ["PROXMOX_HOST", "PROXMOX_API_PORT", "PROXMOX_MCP_ACCESS", "PROXMOX_API_TOKEN_USER"]) {
      expect(stderr).toContain(name);
    }
    expect(stderr).not.toContain("canary-secret-value");
  });

  test("ends with 0 when its client goes away", async () => {
    expect(await run([], settingsFor(lab))).toMatchObject({ code: 0, stdout: "" });
  });

  test.each(["SIGTERM", "SIGINT"] as const)("ends in order on %s", async (signal) => {
    const session = await bench.server(settingsFor(lab));
    await session.client.listTools();
    const closed = new Promise<void>((resolve) => {
      session.client.onclose = () => resolve();
    });
    process.kill(session.pid, signal);
    await closed;
    expect(session.stderr).not.toContain("Error");
  });
});

describe("where it runs", () => {
  test("works from any folder, by absolute path and through a symlink", async () => {
    const folder = bench.folder();
    const link = join(folder, "proxmox-mcp");
    symlinkSync(MAIN, link);
    const elsewhere = join(folder, "some where");
    mkdirSync(elsewhere);
    const env = { ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: join(folder, "state") };
    const session = new Session(env, undefined, elsewhere, [link]);
    await session.client.connect(session.transport);
    try {
      expect(await session.toolNames()).toContain("proxmox_vm_list");
      expect((await session.call("proxmox_vm_list")).isError).toBe(false);
    } finally {
      await session.close();
    }
  });

  test("reads a secret from a file", async () => {
    const { PROXMOX_API_TOKEN_SECRET: secret = "", ...rest } = settingsFor(lab);
    const file = join(bench.folder(), "token");
    writeFileSync(file, `${secret}\n`, { mode: 0o600 });
    const session = await bench.server({ ...rest, ...UNGUARDED, PROXMOX_API_TOKEN_SECRET_FILE: file });
    expect((await session.call("proxmox_node_list")).isError).toBe(false);
  });
});
