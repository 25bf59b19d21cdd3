import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { createLab, type Lab, runLab } from "../../../sdk/lab/index.ts";
import { ask } from "./client.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ speed: Number.POSITIVE_INFINITY, refusalDelay: 0, control: true });
});
afterEach(() => lab.faults.clear());
afterAll(async () => lab.close());

const has = (pool: string): boolean => lab.state.pools.has(pool);

describe("faults of requests", () => {
  test("dropped before: nothing happened", async () => {
    lab.faults.request({ method: "POST", path: "/pools", fault: { kind: "dropped-before" }, times: 1 });
    expect(await ask(lab, "POST", "/pools", { body: "poolid=a" })).toMatchObject({ status: 0 });
    expect(has("a")).toBe(false);
    expect(await ask(lab, "POST", "/pools", { body: "poolid=a" })).toMatchObject({ status: 200 });
  });

  test("dropped after: it happened", async () => {
    lab.faults.request({ path: "/pools", fault: { kind: "dropped-after" }, times: 1 });
    expect(await ask(lab, "POST", "/pools", { body: "poolid=b" })).toMatchObject({ status: 0 });
    expect(has("b")).toBe(true);
  });

  test("a status of one's own", async () => {
    lab.faults.request({ path: "/version", fault: { kind: "status", status: 500, reason: "got timeout" } });
    expect(await ask(lab, "GET", "/version")).toMatchObject({ status: 500, reason: "got timeout" });
    expect(await ask(lab, "GET", "/nodes")).toMatchObject({ status: 200 });
  });

  test("ignored: it is checked and answered, and not done", async () => {
    lab.faults.request({ path: "/pools", fault: { kind: "ignored" }, times: 2 });
    expect(await ask(lab, "POST", "/pools", { body: "bogus=i" })).toMatchObject({ status: 400 });
    expect(await ask(lab, "POST", "/pools", { body: "poolid=i" })).toMatchObject({ status: 200 });
    expect(has("i")).toBe(false);
  });

  test("ignored: a task that ends well stands for the work", async () => {
    const path = "/nodes/pve1/qemu/112/status/start";
    lab.faults.request({ path, fault: { kind: "ignored", task: "qmstart" }, times: 1 });
    const { data } = await ask(lab, "POST", path);
    const upid = String(data);
    expect(upid).toMatch(/^UPID:pve1:[^:]+:[^:]+:[^:]+:qmstart:112:/);
    expect(await lab.tasks.ended(upid)).toBe("OK");
    expect(lab.state.guests.get(112)?.runtime).toBeUndefined();
  });

  test("slow: the answer comes, later", async () => {
    lab.faults.request({ path: "/version", fault: { kind: "slow", ms: 5 } });
    expect(await ask(lab, "GET", "/version")).toMatchObject({ status: 200 });
  });

  test("hung: no answer, and nothing is done", async () => {
    lab.faults.request({ path: "/pools", fault: { kind: "hung" } });
    const abort = new AbortController();
    const pending = ask(lab, "POST", "/pools", { body: "poolid=h", signal: abort.signal });
    await ask(lab, "GET", "/version");
    abort.abort();
    expect(await pending).toMatchObject({ status: 0 });
    expect(has("h")).toBe(false);
  });
});

describe("the control endpoint", () => {
  test("arms and clears faults, and cuts nodes", async () => {
    const order = (body: unknown) =>
      ask(lab, "POST", "//lab/faults", { as: "none", body: JSON.stringify(body) });
    await order({ request: { path: "/version", fault: { kind: "status", status: 502, reason: "Bad" } } });
    expect(await ask(lab, "GET", "/version")).toMatchObject({ status: 502 });
    await order({ clear: true });
    expect(await ask(lab, "GET", "/version")).toMatchObject({ status: 200 });
    await order({ node: { name: "pve3", power: "down" } });
    expect(await ask(lab, "GET", "/nodes/pve3/status")).toMatchObject({ status: 595 });
    await order({ node: { name: "pve3", power: "online" } });
    expect(await order({ node: { name: "nope", power: "down" } })).toMatchObject({ status: 400 });
    expect(await ask(lab, "POST", "//lab/faults", { body: "{" })).toMatchObject({ status: 400 });
  });

  test("is not there unless asked for", async () => {
    const other = await createLab({ refusalDelay: 0 });
    expect(await ask(other, "POST", "//lab/faults", { body: "{}" })).toMatchObject({ status: 500 });
    await other.close();
  });
});

describe("the command", () => {
  test("prints the settings with which its nodes are reached, and ends when it is told to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lab-command-"));
    const key = join(folder, "key");
    let printed = "";
    const writing = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    const waiting = jest.spyOn(process, "once").mockImplementation((_event, listener) => {
      setImmediate(listener);
      return process;
    });
    const code = await runLab(["--ssh", key]);
    waiting.mockRestore();
    writing.mockRestore();
    expect(code).toBe(0);
    expect(printed).toContain(`PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH=${key}\n`);
    expect(printed).toMatch(/^PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY=SHA256:\S+$/m);
    expect(printed).toMatch(/^PROXMOX_SHELL_SSH_HOSTS=pve1=127\.0\.0\.1:\d+,pve2=/m);
    expect(readFileSync(key, "utf8")).toContain("PRIVATE KEY");
    expect(statSync(key).mode & 0o777).toBe(0o600);
    rmSync(folder, { recursive: true });
  });

  test.each([["--seed", "nope"], ["--port", "x"], ["--speed", "0"], ["--bogus"]])(
    "refuses %s %s",
    async (...argv) => {
      const written = jest.spyOn(process.stderr, "write").mockReturnValue(true);
      expect(await runLab(argv)).toBe(2);
      expect(String(written.mock.calls[0]?.[0])).toContain(argv[0]);
      written.mockRestore();
    },
  );
});
