import { describe, expect, test } from "@jest/globals";
import { answerOf, runCli, shortened } from "../../../../kernel/transports/cli/run.ts";
import type { CommandResult, NodeAccess } from "../../../../kernel/transports/ssh/types.ts";
import { isToolError } from "../../../../sdk/errors.ts";

const UPID = "UPID:pve1:0000A1B2:00C3D4E5:66F70819:qmstart:100:root@pam:";

describe("what a command printed", () => {
  test.each([
    ["", null],
    ["\n", null],
    ['[{"vmid":100}]\n', [{ vmid: 100 }]],
    ['{"a":1}', { a: 1 }],
    ["42\n", 42],
    ['"9.2"\n', "9.2"],
    [`"${UPID}"\n`, UPID],
    [`${UPID}\n`, UPID],
    [`starting\nsome log with ${UPID} in it\n"${UPID}"\n`, UPID],
    [`${UPID}\nand more\n`, `${UPID}\nand more`],
    ["[not json\n", "[not json"],
    ["memory: 2048\ncores: 2\n", "memory: 2048\ncores: 2"],
  ])("%j is the answer %j", (stdout, expected) => {
    expect(answerOf(stdout)).toEqual(expected);
  });
});

describe("a command that does not end well", () => {
  const nothing = { bytes: new Uint8Array(), size: 0 };
  const said = (text: string) => ({ bytes: Buffer.from(text), size: text.length });

  async function faultOf(result: CommandResult, command = "qm start") {
    const access = { run: async () => result } as unknown as NodeAccess;
    const bounds = { signal: new AbortController().signal, timeoutMs: 1 };
    const line = { by: "cli", node: "pve1", command } as const;
    const fault = await runCli(access, line, { vmid: 100 }, bounds).catch((error: unknown) => error);
    if (isToolError(fault)) return fault;
    throw new Error("it ended well");
  }

  test("tells its exit code and what it said last", async () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`).join("\n");
    const fault = await faultOf({ exitCode: 255, stdout: nothing, stderr: said(lines) });
    expect(fault).toMatchObject({ code: "upstream", details: { exitCode: 255 } });
    expect(fault.message).toContain("line 19");
    expect(fault.message).not.toContain("line 11\n");
  });

  test("is known by what it says where its exit code tells nothing", async () => {
    const result = {
      exitCode: 0,
      stdout: nothing,
      stderr: said("failed to open /x: No such file or directory"),
    };
    expect((await faultOf(result, "pct pull")).message).toContain("failed to open /x");
    await expect(faultOf(result)).rejects.toThrow("it ended well");
  });

  test("tells the signal, and that a program is not there", async () => {
    expect((await faultOf({ signal: "KILL", stdout: nothing, stderr: nothing })).message).toContain(
      "signal KILL",
    );
    expect(await faultOf({ exitCode: 127, stdout: nothing, stderr: said("not found") })).toMatchObject({
      code: "unsupported",
    });
  });
});

test("a long text keeps its end, and data stay as they are", () => {
  const long = `${"x".repeat(5_000)}the end`;
  expect(shortened(long)).toMatch(/^\(1507 characters before this are left out\)\nx+the end$/);
  expect(shortened("short")).toBe("short");
  expect(shortened({ a: 1 })).toEqual({ a: 1 });
});
