import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { argumentsFor } from "./random-inputs.ts";

const SCHEMA = {
  type: "object",
  properties: {
    vmid: { type: "integer", minimum: 100, maximum: 999 },
    name: { type: "string" },
    action: { enum: ["start", "stop"] },
    disks: { type: "array", items: { type: "object", properties: { size: { type: "number" } } } },
  },
  required: ["vmid"],
};

describe("random inputs", () => {
  const inputs = fc.sample(argumentsFor(SCHEMA), { numRuns: 2000, seed: 7 });

  test("are the same for the same seed", () => {
    expect(fc.sample(argumentsFor(SCHEMA), { numRuns: 2000, seed: 7 })).toEqual(inputs);
  });

  test("are of the schema's shape more often than not, and off it often enough", () => {
    const isGood = ({ vmid }: Record<string, unknown>) => Number.isInteger(vmid) && Number(vmid) >= 100;
    const good = inputs.filter(isGood).length;
    expect(good).toBeGreaterThan(inputs.length / 2);
    expect(good).toBeLessThan(inputs.length * 0.95);
  });

  test("reach every choice and the inside of lists", () => {
    const actions = new Set(inputs.map(({ action }) => action));
    expect(actions).toContain("start");
    expect(actions).toContain("stop");
    expect(inputs.some(({ disks }) => Array.isArray(disks) && disks.length > 0)).toBe(true);
  });
});
