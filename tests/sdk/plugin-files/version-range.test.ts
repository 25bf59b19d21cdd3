import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { isRange, satisfies } from "../../../sdk/plugin-files/version-range.ts";

describe("version ranges", () => {
  test.each([
    ["1.0.0", "^1.0.0", true],
    ["1.9.3", "^1.2.0", true],
    ["1.1.9", "^1.2.0", false],
    ["2.0.0", "^1.2.0", false],
    ["0.2.5", "^0.2.1", true],
    ["0.3.0", "^0.2.1", false],
    ["0.0.4", "^0.0.3", false],
    ["1.2.9", "~1.2.3", true],
    ["1.3.0", "~1.2.3", false],
    ["1.2.3", "1.2.3", true],
    ["1.2.4", "1.2.3", false],
    ["1.10.0", "^1.9.0", true],
  ])("%s in %s: %s", (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });

  test.each(["", "latest", "1.x", ">=1.0.0", "^1.0", "1.0.0-beta"])("%j is no range", (range) => {
    expect(isRange(range)).toBe(false);
    expect(satisfies("1.0.0", range)).toBe(false);
  });

  const version = fc.tuple(fc.nat(20), fc.nat(20), fc.nat(20)).map((parts) => parts.join("."));
  test("every version is in its own ranges; what ~ takes, ^ takes as well", () => {
    fc.assert(
      fc.property(version, version, (own, other) => {
        for (const operator of ["", "~", "^"]) expect(satisfies(own, operator + own)).toBe(true);
        if (satisfies(other, `~${own}`) && !own.startsWith("0.0."))
          expect(satisfies(other, `^${own}`)).toBe(true);
      }),
    );
  });
});
