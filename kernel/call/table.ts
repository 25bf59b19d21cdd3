import type { Column, ListResult, Row } from "../../sdk/results.ts";
import { oneLine } from "./one-line.ts";
import { humanise } from "./units.ts";

/** A list as text, and how many of its rows that shows. */
export interface Table {
  readonly text: string;
  readonly shown: number;
}

/**
 * Counts first, then one table: tabs between cells, one row a line, columns named once, empty columns
 * dropped. Rows that would make the text longer than `limit` characters are left out.
 */
export function renderTable(
  result: Pick<ListResult, "of" | "columns" | "total" | "counts">,
  rows: readonly Row[],
  limit: number,
): Table {
  const total = Math.max(result.total ?? rows.length, rows.length);
  if (rows.length === 0)
    return {
      text: total > 0 ? `${total} ${oneLine(result.of)}, none shown` : `No ${oneLine(result.of)}`,
      shown: 0,
    };
  const columns = result.columns.filter(({ key }) =>
    rows.some((row) => row[key] !== undefined && row[key] !== ""),
  );
  const lines: string[] = columns.length > 0 ? [columns.map(heading).join("\t")] : [];
  let length = 0;
  let shown = 0;
  for (const row of rows) {
    const line = columns.map(({ key, unit }) => humanise(row[key], unit)).join("\t");
    length += line.length + 1;
    if (shown > 0 && length > limit) break;
    if (columns.length > 0) lines.push(line);
    shown += 1;
  }
  return { text: [headline(result, total, shown), ...lines].join("\n"), shown };
}

function headline(result: Pick<ListResult, "of" | "counts">, total: number, shown: number): string {
  const part = shown < total ? `, ${shown} shown` : "";
  const counts = Object.entries(result.counts ?? {}).map(
    ([field, values]) =>
      `${field}: ${Object.entries(values)
        .map(([value, count]) => `${count} ${value}`)
        .join(", ")}`,
  );
  return oneLine(`${total} ${result.of}${part}${counts.length > 0 ? ` (${counts.join("; ")})` : ""}`);
}

function heading({ key, title }: Column): string {
  return oneLine(title ?? key);
}
