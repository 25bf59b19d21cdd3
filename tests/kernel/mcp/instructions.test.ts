import { expect, test } from "@jest/globals";
import { countTokens } from "gpt-tokenizer/encoding/o200k_base";
import { INSTRUCTIONS } from "../../../kernel/mcp/instructions.ts";

test("the instructions cost less than 300 tokens of every conversation", () => {
  expect(countTokens(INSTRUCTIONS)).toBeLessThan(300);
});
