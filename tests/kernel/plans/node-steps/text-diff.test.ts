import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { textDiff } from "../../../../kernel/plans/node-steps/text-diff.ts";

/** Makes the new text of the old one and whole hunks. */
function patched(before: string, diff: readonly string[]): string {
  const old = before === "" ? [] : before.replace(/\n$/, "").split("\n");
  const made: string[] = [];
  let at = 0;
  for (const line of diff) {
    const [, first, count] = /^@@ -(\d+),(\d+) \+\d+,\d+ @@$/.exec(line) ?? [];
    if (first !== undefined) {
      const begin = Number(count) === 0 ? Number(first) : Number(first) - 1;
      made.push(...old.slice(at, begin));
      at = begin;
    } else if (line.startsWith("+")) made.push(line.slice(1));
    else {
      expect(old[at]).toBe(line.slice(1));
      if (line.startsWith(" ")) made.push(line.slice(1));
      at += 1;
    }
  }
  return [...made, ...old.slice(at)].join("\n");
}

const text = fc
  .array(fc.constantFrom("a", "b", "c", "", "@@", "-x", "+y"), { maxLength: 30 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

describe("a diff of texts", () => {
  test("applied to the old text makes the new one", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const diff = textDiff(before, after, Number.POSITIVE_INFINITY);
        expect(patched(before, diff)).toBe(after.replace(/\n$/, ""));
      }),
    );
  });

  test("is empty exactly where the texts are the same", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(textDiff(before, after, 100).length === 0).toBe(before === after);
      }),
    );
  });

  test("shows three lines around, apart where the changes are", () => {
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
    const after = lines.with(1, "second").with(17, "eighteenth");
    expect(textDiff(`${lines.join("\n")}\n`, `${after.join("\n")}\n`, 100)).toEqual([
      "@@ -1,5 +1,5 @@",
      " line 1",
      "-line 2",
      "+second",
      " line 3",
      " line 4",
      " line 5",
      "@@ -15,6 +15,6 @@",
      " line 15",
      " line 16",
      " line 17",
      "-line 18",
      "+eighteenth",
      " line 19",
      " line 20",
    ]);
  });

  test("says what it leaves out", () => {
    const after = Array.from({ length: 50 }, (_, index) => String(index)).join("\n");
    const diff = textDiff("", after, 10);
    expect(diff).toHaveLength(11);
    expect(diff.at(-1)).toBe("… 41 more lines of the diff");
  });

  test("takes parts that are too large to compare as a whole", () => {
    const many = (mark: string) => Array.from({ length: 3_000 }, (_, index) => mark + index).join("\n");
    expect(textDiff(many("a"), many("b"), 2)[0]).toBe("@@ -1,3000 +1,3000 @@");
  });

  test("tells a missing last line break", () => {
    expect(textDiff("a\n", "a", 10)).toEqual(["only the end of the last line differs"]);
  });
});
