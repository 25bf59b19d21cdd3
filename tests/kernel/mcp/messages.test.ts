import { describe, expect, test } from "@jest/globals";
import { type AnsweredCall, messagesOf } from "../../../kernel/mcp/messages.ts";

const call = (data: unknown, isError = false): AnsweredCall => ({
  tool: "proxmox_x",
  callId: "c1",
  answer: { text: "", isError, data },
  durationMs: 12,
});
const failed = (code: string) => call({ error: { code, message: "it broke" } }, true);

describe("what a client is told of a call", () => {
  test.each([
    ["invalid_input", "info"],
    ["denied", "notice"],
    ["unreachable", "warning"],
    ["task_failed", "warning"],
    ["outcome_unknown", "error"],
    ["internal", "error"],
  ])("%s is %s", (code, level) => {
    expect(messagesOf(failed(code))).toEqual([{ level, message: `proxmox_x failed: ${code}: it broke` }]);
  });

  test("that it went well is for those who look closely", () => {
    expect(messagesOf(call({ rows: [] }))).toEqual([
      { level: "debug", message: "proxmox_x answered in 12 ms" },
    ]);
    expect(messagesOf(call(undefined))).toHaveLength(1);
  });

  test("what was not seen, and tasks that ended with warnings, are warnings", () => {
    const levels = (data: unknown) => messagesOf(call(data)).filter(({ level }) => level === "warning");
    expect(levels({ unseen: ["pve3 is offline"] })).toEqual([
      { level: "warning", message: "proxmox_x did not see all: pve3 is offline" },
    ]);
    expect(levels({ job: { warnings: 2 } })[0]?.message).toContain("2 warnings");
    expect(levels({ job: {} })).toEqual([]);
  });
});
