import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { wholeState } from "./lab-view.ts";
import { Pipe } from "./pipe.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
});
afterAll(() => bench.close());

describe("arguments that cannot be", () => {
  test.each([
    ["a wrong type", "proxmox_node_get", { node: 5 }, "invalid_input", "node"],
    ["an object for a text", "proxmox_node_get", { node: { name: "pve1" } }, "invalid_input", "node"],
    ["null for a text", "proxmox_node_get", { node: null }, "invalid_input", "node"],
    ["a missing argument", "proxmox_node_get", {}, "invalid_input", "node: is missing"],
    ["an extra argument", "proxmox_node_get", { node: "pve1", verbose: 1 }, "invalid_input", "takes: node"],
    ["a misspelt argument", "proxmox_vm_get", { vmd: 101 }, "invalid_input", "did you mean vmid"],
    [
      "an argument of a prototype",
      "proxmox_vm_get",
      { vmid: 101, constructor: 1 },
      "invalid_input",
      "constructor",
    ],
    ["an empty text", "proxmox_vm_get", { vmid: "" }, "invalid_input", "vmid"],
    ["a way out of the path", "proxmox_node_get", { node: "../pve1" }, "invalid_input", "node"],
    ["an encoded way out", "proxmox_node_get", { node: "%2e%2e" }, "invalid_input", "node"],
    ["a line break in a name", "proxmox_node_get", { node: "pve1\n" }, "invalid_input", "node"],
    ["a huge number", "proxmox_vm_get", { vmid: 1e300 }, "invalid_input", "vmid"],
    ["a negative number", "proxmox_vm_get", { vmid: -1 }, "invalid_input", "vmid"],
    ["a fraction", "proxmox_vm_get", { vmid: 100.5 }, "invalid_input", "vmid"],
    ["a number beyond the range", "proxmox_vm_list", { limit: 5001 }, "invalid_input", "limit"],
    [
      "a word that is none of the choices",
      "proxmox_vm_action",
      { vmid: 101, action: "halt" },
      "invalid_input",
      "action",
    ],
    [
      "a wait mode that is none",
      "proxmox_vm_action",
      { vmid: 101, action: "start", waitMode: "never" },
      "invalid_input",
      "waitMode",
    ],
    ["a VMID that is not there", "proxmox_vm_get", { vmid: 999 }, "not_found", "999"],
    ["a name that is not there", "proxmox_vm_get", { vmid: "../../101" }, "not_found", "../../101"],
    ["a node that is not there", "proxmox_node_get", { node: "pve9" }, "not_found", "pve9"],
    [
      "a snippet of a path for a VMID",
      "proxmox_vm_action",
      { vmid: "101/status", action: "start" },
      "not_found",
      "101/status",
    ],
    [
      "a path that leaves the API",
      "proxmox_api_call",
      { method: "GET", path: "/nodes/../version" },
      "invalid_input",
      "node",
    ],
    [
      "a query in the path",
      "proxmox_api_call",
      { method: "GET", path: "/version?a=b" },
      "invalid_input",
      "query",
    ],
    [
      "a value twice",
      "proxmox_api_call",
      { method: "GET", path: "/nodes/pve1/status", params: { node: "pve2" } },
      "invalid_input",
      "node",
    ],
    [
      "a node with a slash for the API",
      "proxmox_api_call",
      { method: "GET", path: "/nodes/pve1%2f..%2fpve2/status" },
      "not_found",
      "no path",
    ],
    ["a cluster that is none", "proxmox_vm_get", { vmid: 101, cluster: "other" }, "invalid_input", "cluster"],
    ["a job id of another form", "job_get", { job: "../j_1" }, "invalid_input", "job"],
  ])("%s", async (_what, tool, args, code, part) => {
    const before = wholeState(lab);
    const answer = await session.refused(tool, args);
    expect([answer.code, answer.text]).toEqual([code, expect.stringContaining(part)]);
    expect(wholeState(lab)).toBe(before);
  });

  test("every fault is named in one answer", async () => {
    const { text } = await session.refused("proxmox_vm_action", { action: 7, timeout: -1, force: true });
    for (const part of ["vmid: is missing", "action:", "timeout:", "force:"]) expect(text).toContain(part);
  });

  test("arguments of a hundred levels and of a megabyte are answered", async () => {
    let deep: unknown = {};
    for (let level = 0; level < 100; level += 1) deep = { deep };
    expect((await session.refused("proxmox_vm_get", { vmid: deep })).code).toBe("invalid_input");
    const long = await session.refused("proxmox_vm_get", { vmid: "x".repeat(1_000_000) });
    expect(long.text.length).toBeLessThan(5_000);
  });
});

describe("messages that cannot be", () => {
  let pipe: Pipe;
  beforeAll(async () => {
    pipe = bench.closing(
      new Pipe({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: bench.folder() }),
    );
    await pipe.initialize();
  });
  afterAll(async () => {
    expect(await pipe.close()).toBe(0);
  });

  const call = async (params: unknown) => pipe.request(`call-${Math.random()}`, "tools/call", params);
  const alive = async () => {
    const { result } = await call({ name: "proxmox_node_list", arguments: {} });
    expect(result?.isError).toBe(false);
  };

  test("arguments that are null, a list or a text", async () => {
    for (const args of [null, [], [1], "vmid", 7]) {
      const { result, error } = await call({ name: "proxmox_vm_get", arguments: args });
      const told = error?.message ?? result?.content?.[0]?.text ?? "";
      expect([args, told]).toEqual([args, expect.stringMatching(/invalid_input|argument|Invalid/i)]);
      expect([args, error !== undefined || result?.isError]).toEqual([args, true]);
    }
    await alive();
  });

  test("a call without a name, or without parameters", async () => {
    expect((await call({ arguments: {} })).error?.code).toBeLessThan(0);
    expect((await call(undefined)).error?.code).toBeLessThan(0);
    await alive();
  });

  test("a method that does not exist", async () => {
    expect((await pipe.request(1, "tools/destroy", {})).error?.code).toBe(-32601);
    pipe.send({ method: "notifications/nonsense", params: {} });
    await alive();
  });

  test("lines that are no JSON, no object, no JSON-RPC", async () => {
    for (const line of [
      "{not json",
      "",
      "null",
      "[]",
      "7",
      '"text"',
      "{}",
      '{"jsonrpc":"1.0","id":1,"method":"ping"}',
    ]) {
      pipe.write(`${line}\n`);
    }
    pipe.write("\u0000\ufffd\n");
    pipe.write(Buffer.from([0xff, 0xfe, 0x0a]).toString("latin1"));
    await alive();
  });

  test("an answer to a question that nobody asked, and a cancellation of nothing", async () => {
    pipe.send({ id: 4711, result: { action: "accept", content: { confirm: true } } });
    pipe.send({ method: "notifications/cancelled", params: { requestId: 4711 } });
    await alive();
  });

  test("a message in pieces, and two in one", async () => {
    const text = `${JSON.stringify({ jsonrpc: "2.0", id: "pieces", method: "ping" })}\n`;
    for (const letter of text) pipe.write(letter);
    expect((await pipe.message(({ id }) => id === "pieces")).result).toEqual({});
    pipe.write(text.replace("pieces", "one") + text.replace("pieces", "two"));
    await Promise.all([pipe.message(({ id }) => id === "one"), pipe.message(({ id }) => id === "two")]);
  });

  test("nothing but messages went to stdout, and no stack to stderr", () => {
    for (const line of pipe.stdout.trim().split("\n"))
      expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
    expect(pipe.stderr).not.toMatch(/^\s+at /m);
  });
});
