import { type Column, list, type Row, record, type ToolResult, text } from "../../sdk/results.ts";
import { isPlainObject } from "./json-schema.ts";

/** What an endpoint answered as a result: rows as a list, an object as a record, anything else as text. */
export function resultOf(title: string, data: unknown): ToolResult {
  if (Array.isArray(data)) return listOf(title, data);
  if (isPlainObject(data)) return record({ title, fields: data });
  if (data === null || data === undefined) return record({ title, fields: {}, note: "The answer is empty." });
  return text({ title, source: "Proxmox VE", text: String(data) });
}

/** Rows of a table where the value is a list of objects; undefined for anything else. */
export function rowsOf(value: unknown): readonly Row[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || !value.every(isPlainObject)) return undefined;
  return value.map((row) => Object.fromEntries(Object.entries(row).map(([key, part]) => [key, cell(part)])));
}

/** Every key of the rows as a column, in order of appearance. */
export function columnsOf(rows: readonly Row[]): readonly Column[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))].map((key) => ({ key }));
}

function listOf(title: string, items: readonly unknown[]): ToolResult {
  const rows = rowsOf(items) ?? items.map((item) => ({ value: cell(item) }));
  return list({ of: `entries of ${title}`, columns: columnsOf(rows), rows });
}

function cell(value: unknown): Row[string] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  return value === null || value === undefined ? undefined : JSON.stringify(value);
}
