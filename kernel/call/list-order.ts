import type { Row } from "../../sdk/results.ts";
import type { Anchor } from "./list-cursor.ts";

type Cell = Anchor[number];

/** One order of rows: no two rows of different identity are equal in it. */
export interface RowOrder {
  sorted(rows: readonly Row[]): readonly Row[];
  anchorOf(row: Row): Anchor;
  /** Index of the first row behind the anchor, whether or not its row is still there. */
  firstAfter(sorted: readonly Row[], anchor: Anchor): number;
}

/** The order by a key, `-` before it for descending, and by identity among equals; absent values come last. */
export function orderBy(sort: string | undefined, id: readonly string[]): RowOrder {
  const down = sort?.startsWith("-") === true;
  const key = sort?.replace(/^-/, "");
  // What the order depends on besides, so that a cursor stays as short as can be.
  const keys = key === undefined || (id.length === 1 && id[0] === key) ? id : [key, ...id];
  const compareAnchors = (a: Anchor, b: Anchor): number => {
    for (const [index, name] of keys.entries()) {
      const order = compareCells(a[index], b[index], down && name === key);
      if (order !== 0) return order;
    }
    return 0;
  };
  const anchorOf = (row: Row): Anchor => keys.map((name) => row[name]);
  return {
    anchorOf,
    sorted: (rows) =>
      rows
        .map((row) => ({ row, anchor: anchorOf(row) }))
        .sort((a, b) => compareAnchors(a.anchor, b.anchor))
        .map(({ row }) => row),
    firstAfter: (sorted, anchor) => {
      const index = sorted.findIndex((row) => compareAnchors(anchorOf(row), anchor) > 0);
      return index === -1 ? sorted.length : index;
    },
  };
}

function compareCells(a: Cell, b: Cell, down: boolean): number {
  // A cursor that went through JSON has null for what is absent.
  const isThereA = a !== undefined && a !== null;
  const isThereB = b !== undefined && b !== null;
  if (!isThereA || !isThereB) return Number(isThereB) - Number(isThereA);
  const order = ascending(a, b);
  return down ? -order : order;
}

function ascending(a: NonNullable<Cell>, b: NonNullable<Cell>): number {
  if (typeof a !== typeof b) return ascending(typeof a, typeof b);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
