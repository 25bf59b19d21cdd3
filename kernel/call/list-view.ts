import { DEFAULT_ROWS } from "../../sdk/listing.ts";
import type { Column, ListResult, Row } from "../../sdk/results.ts";
import { cursorAt, readCursor } from "./list-cursor.ts";
import { matcher } from "./list-filter.ts";
import { orderBy } from "./list-order.ts";

/** The part of a list that the caller wants to see. */
export interface ListPage {
  readonly columns: readonly Column[];
  /** Rows from the cursor on, as many as the limit allows. */
  readonly rows: readonly Row[];
  /** How many rows pass the filter, and how many there are without it. */
  readonly total: number;
  readonly unfiltered: number;
  /** Counts over all rows that pass the filter. */
  readonly counts: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Where the next page begins if only so many of `rows` are shown; undefined where that is the end. */
  cursorAfter(shown: number): string | undefined;
}

/**
 * Filters, sorts, counts and pages a list as its view says. A cursor names the last row shown rather than a
 * place in the list, so that rows that come or go in between neither hide others nor show them twice. Throws
 * ToolError `invalid_input` for a cursor of another list.
 */
export function viewList(result: ListResult): ListPage {
  const { rows: all, view, counted = [] } = result;
  const found = view?.filter === undefined ? all : all.filter(matcher(view.filter));
  const base = {
    columns: shownColumns(result),
    total: found.length,
    unfiltered: all.length,
    counts: Object.fromEntries(counted.map((key) => [key, countValues(found, key)])),
  };
  if (view === undefined) return { ...base, rows: found, cursorAfter: () => undefined };

  const id = result.id ?? result.columns.slice(0, 1).map(({ key }) => key);
  const order = orderBy(view.sort ?? result.sort, id);
  const sorted = order.sorted(found);
  const question = { of: result.of, filter: view.filter ?? {}, sort: view.sort ?? "" };
  const anchor = view.cursor === undefined ? undefined : readCursor(view.cursor, question);
  const start = anchor === undefined ? 0 : order.firstAfter(sorted, anchor);
  const rows = sorted.slice(start, start + (view.limit ?? DEFAULT_ROWS));
  return {
    ...base,
    rows,
    cursorAfter: (shown) => {
      const last = rows[shown - 1];
      if (last === undefined || start + shown >= sorted.length) return undefined;
      return cursorAt(order.anchorOf(last), question);
    },
  };
}

/** The columns asked for, in that order; else all that are not optional, and the one that is sorted by. */
function shownColumns({ columns, view, sort }: ListResult): readonly Column[] {
  const { fields } = view ?? {};
  if (fields !== undefined) return fields.flatMap((field) => columns.find(({ key }) => key === field) ?? []);
  const sorted = (view?.sort ?? sort)?.replace(/^-/, "");
  return columns.filter(({ key, optional }) => optional !== true || key === sorted);
}

function countValues(rows: readonly Row[], key: string): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    const value = String(row[key] ?? "none");
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
}
