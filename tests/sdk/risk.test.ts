import { describe, expect, test } from "@jest/globals";
import { highestRisk, isWithin, lowestRisk } from "../../sdk/risk.ts";

describe("risk", () => {
  test("each risk includes the ones before it", () => {
    expect(isWithin("write", "destructive")).toBe(true);
    expect(isWithin("escape", "destructive")).toBe(false);
    expect(isWithin("read", "read")).toBe(true);
  });

  test("highest and lowest of a set", () => {
    expect(highestRisk(["write", "read", "destructive"])).toBe("destructive");
    expect(lowestRisk(["write", "destructive"])).toBe("write");
    expect(highestRisk([])).toBe("read");
  });
});
