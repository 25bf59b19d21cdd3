import type { Column, ListResult, Row } from "../../sdk/results.ts";
import type { Redactor } from "../secrets/redact.ts";
import { type ListPage, viewList } from "./list-view.ts";
import { oneLine } from "./one-line.ts";
import { dataRemarks, joinLines, LONGEST_TEXT, remarks } from "./shape-parts.ts";
import { renderTable } from "./table.ts";
import type { CallAnswer } from "./types.ts";

/** Longest table where the caller names no limit, in characters: a page for a small context. */
const LONGEST_PAGE = 4_500;

/** A list as an answer: the page that the caller asked for, and how to get the next one. */
export function shapeList(result: ListResult, redactor: Redactor, longest = LONGEST_TEXT): CallAnswer {
  const page = viewList(result);
  // Masking keeps the shape of rows: a masked value is a text.
  const rows = redactor.value(page.rows.map((row) => project(row, page.columns))) as readonly Row[];
  const isDefaultPage = result.view !== undefined && result.view.limit === undefined;
  const table = renderTable(
    { of: result.of, columns: page.columns, total: page.total, counts: page.counts },
    rows,
    isDefaultPage ? Math.min(LONGEST_PAGE, longest) : longest,
  );
  const cursor = page.cursorAfter(table.shown);
  const left = rows.length - table.shown;
  const cut =
    left > 0 && cursor === undefined
      ? `Cut: ${left} more rows do not fit; narrow the question down.`
      : undefined;
  const next = cursor === undefined ? undefined : `More: the same call with cursor ${cursor}`;
  return {
    text: redactor.text(joinLines([emptyText(result, page) ?? table.text, ...remarks(result), cut, next])),
    isError: false,
    data: {
      of: result.of,
      total: page.total,
      ...(Object.keys(page.counts).length > 0 ? { counts: page.counts } : {}),
      rows: rows.slice(0, table.shown),
      ...(cursor === undefined ? {} : { cursor }),
      ...dataRemarks(result, cut, redactor),
    },
  };
}

function project(row: Row, columns: readonly Column[]): Row {
  const projected: Record<string, Row[string]> = {};
  for (const { key } of columns) if (row[key] !== undefined) projected[key] = row[key];
  return projected;
}

/** Nothing found is told apart from nothing there. */
function emptyText(result: ListResult, { total, unfiltered }: ListPage): string | undefined {
  if (total > 0 || unfiltered === 0) return undefined;
  return oneLine(`No ${result.of} pass this filter; ${unfiltered} are there without it`);
}
