import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  grown,
  lengthOf,
  readWeakList,
  shrunk,
  weakListFaults,
  writeWeakList,
} from "../../../../sdk/testing/mutation/weak-list.ts";
import { folderOf, removeFolders } from "../../../helpers/plugin-folder.ts";

afterEach(removeFolders);

const SCENARIO = "a_get: works";
const ended = { scenario: SCENARIO, possible: ["a", "b", "c"], ran: ["a", "b"], survived: ["a"] };
const WHY = "nothing shows it";
const listOf = (names: readonly string[], scenario = SCENARIO) => ({
  [scenario]: Object.fromEntries(names.map((name) => [name, WHY])),
});
const faults = (names: readonly string[]) =>
  weakListFaults(listOf(names), [ended], [SCENARIO, "b_get: works"]);

describe("the list of what scenarios do not notice", () => {
  test("is good where it names what survived", () => {
    expect(faults(["a"])).toEqual([]);
  });

  test("lacks nothing that survives, and grows by that alone, with the reason", () => {
    expect(weakListFaults({}, [ended], [SCENARIO])).toEqual([
      `${SCENARIO}: still passes with a; make the scenario notice it, or say with --accept why none can`,
    ]);
    expect(grown({}, [ended], WHY)).toEqual(listOf(["a"]));
    const kept = { [SCENARIO]: { a: "another reason" }, "b_get: works": { x: WHY } };
    expect(grown(kept, [ended], WHY)).toEqual(kept);
    expect(lengthOf(kept)).toBe(2);
  });

  test.each([
    ["is noticed by now", ["a", "b"], "b"],
    ["is no longer possible", ["a", "gone"], "gone"],
  ])("holds nothing that %s", (_what, names, stale) => {
    expect(faults(names)).toEqual([
      `${SCENARIO}: ${stale} is listed as surviving and does not; take it off the list`,
    ]);
    expect(shrunk(listOf(names), [ended], [SCENARIO])).toEqual(listOf(["a"]));
  });

  test("holds nothing of scenarios that are gone", () => {
    expect(weakListFaults(listOf(["a"], "c_get: works"), [], [SCENARIO])).toHaveLength(1);
  });

  test("keeps what a sample did not run", () => {
    expect(faults(["a", "c"])).toEqual([]);
    const other = listOf(["x"], "b_get: works");
    expect(weakListFaults(other, [ended], [SCENARIO, "b_get: works"])).toHaveLength(1);
    expect(shrunk(listOf(["c"]), [ended], [SCENARIO])).toEqual(listOf(["c"]));
  });

  test("is written sorted and read back, and is no file where it is empty", () => {
    const file = join(folderOf({}), "weak.json");
    expect(readWeakList(file)).toEqual({});
    writeWeakList(file, { b: { y: WHY, x: WHY }, a: { z: WHY }, c: {} });
    expect(JSON.stringify(readWeakList(file))).toBe(`{"a":{"z":"${WHY}"},"b":{"x":"${WHY}","y":"${WHY}"}}`);
    writeWeakList(file, { c: {} });
    expect(existsSync(file)).toBe(false);
  });

  test.each(['{ "a": 1 }', '{ "a": ["x"] }', '{ "a": { "x": " " } }'])(
    "%s is refused by name",
    (survivors) => {
      const folder = folderOf({ "damaged.json": `{ "survivors": ${survivors} }` });
      expect(() => readWeakList(join(folder, "damaged.json"))).toThrow("damaged.json");
    },
  );
});
