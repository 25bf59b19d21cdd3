import type { Column, Row } from "../../sdk/results.ts";
import { oneLine } from "./one-line.ts";
import { humanise } from "./units.ts";

/** Values of a count that the headline names; the rest are summed up. */
const MOST_COUNTED = 20;

/** What a table shows besides its rows. */
export interface TableHead {
  readonly of: string;
  readonly columns: readonly Column[];
  /** How many there are in all; the rows where left out. */
  readonly total?: number;
  /** Counts by field: `{ status: { running: 3 } }`. */
  readonly counts?: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** A list as text, and how many of its rows that shows. */
export interface Table {
  readonly text: string;
  readonly shown: number;
}

/**
 * Counts first, then one table: tabs between cells, one row a line, columns named once, empty columns
 * dropped. Rows that would make the text longer than `limit` characters are left out.
 */
export function renderTable(head: TableHead, rows: readonly Row[], limit: number): Table {
  const total = Math.max(head.total ?? rows.length, rows.length);
  if (total === 0) return { text: `No ${oneLine(head.of)}`, shown: 0 };
  const columns = head.columns.filter(({ key }) =>
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
  return { text: [headline(head, total, shown), ...lines].join("\n"), shown };
}

function headline({ of, counts = {} }: TableHead, total: number, shown: number): string {
  const part = shown === total ? "" : shown === 0 ? ", none shown" : `, ${shown} shown`;
  const told = Object.entries(counts)
    .filter(([, values]) => Object.keys(values).length > 0)
    .map(([field, values]) => `${field}: ${countsText(values)}`);
  return oneLine(`${total} ${of}${part}${told.length > 0 ? ` (${told.join("; ")})` : ""}`);
}

function countsText(values: Readonly<Record<string, number>>): string {
  const all = Object.entries(values).sort((a, b) => b[1] - a[1]);
  const told = all.slice(0, MOST_COUNTED).map(([value, count]) => `${count} ${value}`);
  const rest = all.slice(MOST_COUNTED);
  const sum = rest.reduce((left, [, count]) => left + count, 0);
  return [...told, ...(rest.length > 0 ? [`${sum} in ${rest.length} more`] : [])].join(", ");
}

function heading({ key, title }: Column): string {
  return oneLine(title ?? key);
}
