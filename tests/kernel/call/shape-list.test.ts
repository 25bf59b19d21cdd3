import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { viewList } from "../../../kernel/call/list-view.ts";
import { shapeList } from "../../../kernel/call/shape-list.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { DEFAULT_ROWS, listing } from "../../../sdk/listing.ts";
import type { ListResult, ListView, Row } from "../../../sdk/results.ts";

const vms = listing({
  of: "VMs",
  columns: [
    { key: "vmid", type: "integer" },
    { key: "name" },
    { key: "mem", unit: "bytes" },
    { key: "disk", unit: "bytes", optional: true },
  ],
  filters: ["name", "tag", "node", "text"],
  counted: ["node"],
});

const ROWS: readonly Row[] = [
  { vmid: 102, name: "db-1", node: "pve2", mem: 3, disk: 9, tags: "prod;db" },
  { vmid: 100, name: "Web-1", node: "pve1", mem: 5, disk: 7, tags: "prod" },
  { vmid: 101, name: "web-20", node: "pve1" },
];

function vmidsOf(view: ListView): unknown[] {
  return viewList(vms.rows(ROWS, view)).rows.map(({ vmid }) => vmid);
}

describe("filters", () => {
  test.each([
    [{}, [100, 101, 102]],
    [{ name: "EB-" }, [100, 101]],
    [{ name: "web-?" }, [100]],
    [{ name: "*-1" }, [100, 102]],
    [{ name: "*.*" }, []],
    [{ tag: "PROD" }, [100, 102]],
    [{ tag: "pro" }, []],
    [{ node: "pve1" }, [100, 101]],
    [{ node: "pve" }, []],
    [{ text: "pve2" }, [102]],
    [{ name: "web", tag: "prod" }, [100]],
  ])("%j finds %j", (filter, expected) => {
    expect(vmidsOf({ filter })).toEqual(expected);
  });

  test("a pattern takes every other character as it is", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (name) => {
        const rows = [{ vmid: 1, name }];
        const escaped = name.replaceAll(/[*?]/g, "?");
        expect(viewList(vms.rows(rows, { filter: { name: escaped } })).rows).toHaveLength(1);
        expect(viewList(vms.rows(rows, { filter: { name: `*${escaped}` } })).rows).toHaveLength(1);
      }),
    );
  });
});

describe("order", () => {
  test("by a key either way, absent values last, equals by identity", () => {
    expect(vmidsOf({ sort: "mem" })).toEqual([102, 100, 101]);
    expect(vmidsOf({ sort: "-mem" })).toEqual([100, 102, 101]);
    expect(vmidsOf({ sort: "-vmid" })).toEqual([102, 101, 100]);
  });
});

const cell = fc.option(fc.oneof(fc.integer({ min: 0, max: 4 }), fc.constantFrom("a", "b")), {
  nil: undefined,
});
const someRows = fc
  .uniqueArray(fc.record({ vmid: fc.integer({ min: 0, max: 60 }), mem: cell }), {
    selector: ({ vmid }) => vmid,
  })
  .map((rows): readonly Row[] => rows);
const sort = fc.constantFrom("vmid", "-vmid", "mem", "-mem", undefined);

function pageOf(rows: readonly Row[], by: string | undefined, limit: number, cursor: string | undefined) {
  return viewList(vms.rows(rows, { sort: by, limit, cursor }));
}

describe("pages", () => {
  test("together are the whole list, each row once, in order", () => {
    fc.assert(
      fc.property(someRows, sort, fc.integer({ min: 1, max: 7 }), (rows, by, limit) => {
        const seen: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page = pageOf(rows, by, limit, cursor);
          seen.push(...page.rows.map(({ vmid }) => vmid));
          cursor = page.cursorAfter(page.rows.length);
        } while (cursor !== undefined);
        expect(seen).toEqual(pageOf(rows, by, 1_000, undefined).rows.map(({ vmid }) => vmid));
      }),
    );
  });

  test("neither hide nor repeat a row when others come and go in between", () => {
    fc.assert(
      fc.property(someRows, someRows, sort, fc.integer({ min: 1, max: 5 }), (before, other, by, limit) => {
        const first = pageOf(before, by, limit, undefined);
        const cursor = first.cursorAfter(first.rows.length);
        if (cursor === undefined) return;
        const gone = new Set(other.map(({ vmid }) => vmid));
        const after = before.filter(({ vmid }) => !gone.has(vmid));
        const rest = pageOf(after, by, 1_000, cursor).rows.map(({ vmid }) => vmid);
        const shown = new Set(first.rows.map(({ vmid }) => vmid));
        const left = pageOf(after, by, 1_000, undefined).rows.map(({ vmid }) => vmid);
        expect(rest).toEqual(left.filter((vmid) => !shown.has(vmid)));
      }),
    );
  });

  test.each([
    ["another filter", { filter: { node: "pve1" } }],
    ["another order", { sort: "-vmid" }],
  ])("a cursor is refused with %s", (_what, view) => {
    const cursor = viewList(vms.rows(ROWS, { limit: 1 })).cursorAfter(1);
    expect(() => viewList(vms.rows(ROWS, { ...view, ...(cursor && { cursor }) }))).toThrow(ToolError);
  });

  test("what is no cursor is refused, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (cursor) => {
        expect(() => viewList(vms.rows(ROWS, { cursor }))).toThrow(
          expect.objectContaining({ code: "invalid_input" }),
        );
      }),
    );
  });
});

describe("the answer", () => {
  const redactor = createRedactor(["topsecret"]);
  const many = Array.from({ length: 1_000 }, (_, index) => ({ vmid: 100 + index, name: `vm-${index}` }));
  const shaped = (result: ListResult) => {
    const { text, data } = shapeList(result, redactor);
    return { text, data: data as { total: number; rows: readonly Row[]; cursor?: string } };
  };

  test("shows a page with the cursor of the next, and counts all", () => {
    const { text, data } = shaped(vms.rows(many, {}));
    expect(data).toMatchObject({ total: 1_000 });
    expect(data.rows).toHaveLength(DEFAULT_ROWS);
    expect(text).toContain(`1000 VMs, ${DEFAULT_ROWS} shown`);
    expect(text).toContain(`cursor ${data.cursor}`);
  });

  test("ends a page early where rows are long, and goes on behind the last one shown", () => {
    const long = many.map((row) => ({ ...row, name: "x".repeat(500) }));
    const first = shaped(vms.rows(long, {}));
    expect(first.data.rows.length).toBeLessThan(DEFAULT_ROWS);
    const { cursor = "" } = first.data;
    const [next] = shaped(vms.rows(long, { cursor })).data.rows;
    expect(next?.vmid).toBe(100 + first.data.rows.length);
  });

  test("shows optional columns where asked for or sorted by, and no others than asked for", () => {
    expect(shaped(vms.rows(ROWS, {})).text).not.toContain("disk");
    expect(shaped(vms.rows(ROWS, { sort: "-disk" })).text).toContain("disk");
    expect(shaped(vms.rows(ROWS, { fields: ["disk", "vmid"] })).text).toContain("\ndisk\tvmid\n7 B\t100\n");
    expect(shaped(vms.rows(ROWS, { fields: ["vmid"] })).data.rows).toEqual([
      { vmid: 100 },
      { vmid: 101 },
      { vmid: 102 },
    ]);
  });

  test("tells nothing found from nothing there", () => {
    expect(shaped(vms.rows(ROWS, { filter: { node: "pve9" } })).text).toBe(
      "No VMs pass this filter; 3 are there without it",
    );
    expect(shaped(vms.rows([], { filter: { node: "pve9" } })).text).toBe("No VMs");
  });

  test("sums up counts of many values", () => {
    const spread = Array.from({ length: 30 }, (_, index) => ({ vmid: index, node: `n${index}` }));
    expect(shaped(vms.rows(spread, {})).text).toContain("10 in 10 more");
  });

  test("masks secrets in the rows it shows", () => {
    const { text, data } = shaped(vms.rows([{ vmid: 1, name: "topsecret" }], {}));
    expect(text + JSON.stringify(data)).not.toContain("topsecret");
  });
});
