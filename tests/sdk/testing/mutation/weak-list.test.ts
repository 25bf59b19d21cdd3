import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  readWeakList,
  shrunk,
  weakListFaults,
  writeWeakList,
} from "../../../../sdk/testing/mutation/weak-list.ts";
import { folderOf, removeFolders } from "../../../helpers/plugin-folder.ts";

afterEach(removeFolders);

const SCENARIO = "a_get: works";
const ended = { scenario: SCENARIO, possible: ["a", "b", "c"], ran: ["a", "b"], survived: ["a"] };
const faults = (names: readonly string[], scenario = SCENARIO) =>
  weakListFaults({ [scenario]: names }, [ended], [SCENARIO, "b_get: works"]);

describe("the list of what scenarios do not notice", () => {
  test("is good where it names what survived", () => {
    expect(faults(["a"])).toEqual([]);
  });

  test("lacks nothing that survives", () => {
    expect(weakListFaults({}, [ended], [SCENARIO])).toEqual([
      `${SCENARIO}: still passes with a; make the scenario notice it`,
    ]);
  });

  test.each([
    ["is noticed by now", ["a", "b"], "b"],
    ["is no longer possible", ["a", "gone"], "gone"],
  ])("holds nothing that %s", (_what, names, stale) => {
    expect(faults(names)).toEqual([
      `${SCENARIO}: ${stale} is listed as surviving and does not; take it off the list`,
    ]);
    expect(shrunk({ [SCENARIO]: names }, [ended], [SCENARIO])).toEqual({ [SCENARIO]: ["a"] });
  });

  test("holds nothing of scenarios that are gone", () => {
    expect(weakListFaults({ "c_get: works": ["a"] }, [], [SCENARIO])).toHaveLength(1);
  });

  test("keeps what a sample did not run", () => {
    expect(faults(["a", "c"])).toEqual([]);
    expect(weakListFaults({ "b_get: works": ["x"] }, [ended], [SCENARIO, "b_get: works"])).toHaveLength(1);
    expect(shrunk({ [SCENARIO]: ["c"] }, [ended], [SCENARIO])).toEqual({ [SCENARIO]: ["c"] });
  });

  test("is written sorted, and read back; one that is damaged is refused by name", () => {
    const folder = folderOf({ "damaged.json": '{ "survivors": { "a": 1 } }' });
    const file = join(folder, "weak.json");
    expect(readWeakList(file)).toEqual({});
    writeWeakList(file, { b: ["y", "x"], a: ["z"], c: [] });
    expect(JSON.stringify(readWeakList(file))).toBe('{"a":["z"],"b":["x","y"]}');
    expect(() => readWeakList(join(folder, "damaged.json"))).toThrow("damaged.json");
  });
});
