import { describe, expect, test } from "@jest/globals";
import { toolResult } from "../../../kernel/mcp/answer.ts";

const answer = { text: "1 VM", isError: false, data: { total: 1 } };

describe("an answer on the wire", () => {
  test("is its text alone", () => {
    expect(toolResult(answer, false)).toEqual({ content: [{ type: "text", text: "1 VM" }], isError: false });
  });

  test("carries its data where the operator wants that, an error never", () => {
    expect(toolResult(answer, true)).toMatchObject({ structuredContent: { total: 1 } });
    expect(toolResult({ ...answer, isError: true }, true)).not.toHaveProperty("structuredContent");
  });
});
