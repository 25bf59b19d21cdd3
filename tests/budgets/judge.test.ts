import { describe, expect, test } from "@jest/globals";
import { budgetFaults, MOST_ON_AVERAGE } from "./judge.ts";

const budget = { average: 100, tools: { a: 100, b: 90 } };

describe("the budget of the tool list", () => {
  test("holds where nothing costs more", () => {
    expect(budgetFaults({ average: 95, tools: { a: 100, b: 80 } }, budget)).toEqual([]);
  });

  test.each([
    [
      "a tool that costs more",
      { average: 100, tools: { a: 101, b: 90 } },
      /a takes 101 tokens, 100 are allowed/,
    ],
    ["a tool without a budget", { average: 100, tools: { a: 1, b: 1, c: 1 } }, /c has no budget/],
    ["a budget without its tool", { average: 100, tools: { a: 1 } }, /b has a budget and is not listed/],
    ["too high an average", { average: MOST_ON_AVERAGE + 1, tools: { a: 1, b: 1 } }, /on average/],
  ])("names %s", (_what, measured, fault) => {
    expect(budgetFaults(measured, budget)).toEqual([expect.stringMatching(fault)]);
  });
});
