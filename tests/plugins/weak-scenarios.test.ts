import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { lengthOf, readWeakList, WEAK_FILE } from "../../sdk/testing/mutation/weak-list.ts";
import { packageRoot } from "../../vendor/package-root.ts";

/** Faults by plugin that no scenario can notice; no plugin may get more of them, and those that go are taken off. */
const KNOWN = { "escape-hatches": 1 };

test("lists of what scenarios do not notice only shrink", () => {
  const plugins = join(packageRoot(), "plugins");
  const lengths = readdirSync(plugins).map(
    (id) => [id, lengthOf(readWeakList(join(plugins, id, WEAK_FILE)))] as const,
  );
  expect(Object.fromEntries(lengths.filter(([, length]) => length > 0))).toEqual(KNOWN);
});
