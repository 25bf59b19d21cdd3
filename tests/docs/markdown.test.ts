import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { alignedTable, code, prose, table } from "../../docs/generate/markdown.ts";

/** Cells of a row as GitHub splits it: at every pipe that no backslash stands before. */
function split(row: string): string[] {
  expect(row.startsWith("| ")).toBe(true);
  expect(row.endsWith(" |\n")).toBe(true);
  return row.slice(2, -3).split(/(?<!\\) \| /);
}

/** What a reader sees of a code span or of escaped text. */
function shown(markdown: string): string {
  const html = /^<code>(.*)<\/code>$/.exec(markdown)?.[1];
  if (html !== undefined)
    return html.replace(/&#(\d+);/g, (_, at: string) => String.fromCodePoint(Number(at)));
  const span = /^`([^`]*)`$/.exec(markdown)?.[1];
  if (span !== undefined) return span.replaceAll("\\|", "|");
  return markdown.replaceAll("&amp;", "&").replace(/\\([!-/:-@[-`{-~])/g, "$1");
}

/** Text full of what Markdown gives a meaning. */
const hostile = fc.stringMatching(/^[a-c1 |\\`*_[\]<>~&#;.)+=-]{0,20}$/);
const oneLine = (text: string) => text.replaceAll(/[\r\n]+/g, " ");

describe("plain text", () => {
  test("is shown as it is", () => {
    fc.assert(fc.property(hostile, (text) => expect(shown(prose(text))).toBe(text)));
  });

  test.each([
    ["a <b> c", "a \\<b\\> c"],
    ["proxmox_vm_get", "proxmox_vm_get"],
    ["_all_", "\\_all\\_"],
    ["&amp; & co", "&amp;amp; & co"],
    ["- one", "\\- one"],
    ["1. one", "1\\. one"],
    ["two\n  lines", "two lines"],
  ])("%j becomes %j", (text, markdown) => {
    expect(prose(text)).toBe(markdown);
  });
});

describe("code", () => {
  test("is shown as it is", () => {
    fc.assert(
      fc.property(fc.oneof(hostile, fc.string({ unit: "grapheme" })), (text) => {
        const [cell = ""] = split(table([code(text), "x"], []).split(/(?<=\n)/)[0] ?? "");
        expect(shown(cell)).toBe(oneLine(text));
      }),
    );
  });

  test("is a code span wherever it can be", () => {
    expect(code("GET /nodes/{node}")).toBe("`GET /nodes/{node}`");
    expect(code("a|b")).toBe("`a|b`");
    expect(code("a`b")).toBe("<code>a&#96;b</code>");
  });
});

describe.each([
  ["tables", table],
  ["aligned tables", alignedTable],
] as const)("%s", (_name, make) => {
  test("have as many cells in each row as columns, whatever the texts hold", () => {
    const cell = hostile.chain((text) => fc.constantFrom(prose(text).trim(), code(text)));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 3 }), (rows) => {
        const lines = make(["one", "two"], rows).match(/.*\n/g) ?? [];
        expect(lines).toHaveLength(rows.length + 2);
        for (const line of lines) expect(line.replaceAll("\\|", "").match(/\|/g)).toHaveLength(3);
      }),
    );
  });
});

test("aligned tables pad to the widest cell", () => {
  expect(alignedTable(["a", "long head"], [["longer cell", "x"]])).toBe(
    ["| a           | long head |", "| ----------- | --------- |", "| longer cell | x         |", ""].join(
      "\n",
    ),
  );
});
