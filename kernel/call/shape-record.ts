import type { RecordResult, Unit } from "../../sdk/results.ts";
import { isPlainObject } from "./json-schema.ts";
import { oneLine } from "./one-line.ts";
import { isEmpty } from "./record-fields.ts";
import { columnsOf, rowsOf } from "./result-of.ts";
import { renderTable } from "./table.ts";
import { humanise } from "./units.ts";

/** Longest text of one field, in characters. */
const LONGEST_FIELD = 4_000;
/** Longest text of an object inside a record. */
const LONGEST_GROUP = 16_000;

/** A record as lines, the fields that were shown as data, how many did not fit, and how many did in part. */
export interface RecordText {
  readonly lines: readonly string[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly left: number;
  readonly shortened: number;
}

/** `key: value` lines in the order given, empty fields left out; a list of objects becomes a table. */
export function renderRecord(
  fields: Readonly<Record<string, unknown>>,
  units: RecordResult["units"],
  limit: number,
): RecordText {
  const lines: string[] = [];
  const kept: Record<string, unknown> = {};
  let length = 0;
  let left = 0;
  let shortened = 0;
  for (const [key, value] of Object.entries(fields)) {
    if (isEmpty(value)) continue;
    const part = renderField(oneLine(key), value, units?.[key]);
    if (length + part.text.length > limit) {
      left += 1;
      continue;
    }
    length += part.text.length;
    lines.push(part.text);
    kept[key] = part.value;
    if (part.value !== value) shortened += 1;
  }
  return { lines, fields: kept, left, shortened };
}

function renderField(key: string, value: unknown, unit: Unit | undefined): { text: string; value: unknown } {
  const rows = rowsOf(value);
  if (rows) {
    const { text, shown } = renderTable({ of: key, columns: columnsOf(rows) }, rows, LONGEST_FIELD);
    return { text, value: shown < rows.length ? rows.slice(0, shown) : value };
  }
  if (isPlainObject(value)) return renderGroup(key, value);
  const full = humanise(value, unit);
  if (full.length <= LONGEST_FIELD) return { text: `${key}: ${full}`, value };
  const cut = `${full.slice(0, LONGEST_FIELD)}… (cut, ${full.length} characters in all)`;
  return { text: `${key}: ${cut}`, value: cut };
}

/** An object inside a record: its own fields, indented, what is nested deeper as JSON. */
function renderGroup(
  key: string,
  group: Readonly<Record<string, unknown>>,
): { text: string; value: unknown } {
  const fields = Object.entries(group).filter(([, value]) => !isEmpty(value));
  const lines = fields.map(([name, value]) => `  ${oneLine(name)}: ${humanise(value)}`);
  const full = [`${key}:`, ...lines].join("\n");
  if (full.length <= LONGEST_GROUP) return { text: full, value: group };
  const cut = `${full.slice(0, LONGEST_GROUP)}… (cut, ${full.length} characters in all)`;
  return { text: cut, value: cut };
}
