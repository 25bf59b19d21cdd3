import { isDeepStrictEqual } from "node:util";
import type { Column, ListResult, RecordResult, Row, ToolResult } from "../../results.ts";
import { resultKind } from "../../results.ts";
import type { Mutation } from "./mutation.ts";

/** Every field of an answer that says something and could be blank: columns of a list, fields of a record, a text. */
export function blanksOfResult(result: ToolResult): readonly Mutation[] {
  return fieldsOf(result).map((field) => ({ kind: "blank", field }));
}

/** The answer with one of its fields blank. */
export function blankedResult(result: ToolResult, mutation: Mutation): ToolResult {
  if (mutation.kind !== "blank" || !fieldsOf(result).includes(mutation.field)) return result;
  const { field } = mutation;
  if (isList(result)) {
    const rows = result.rows.map((row): Row => (field in row ? { ...row, [field]: blank(row[field]) } : row));
    return { ...result, rows };
  }
  if (isRecord(result))
    return { ...result, fields: { ...result.fields, [field]: blank(result.fields[field]) } };
  return { ...result, text: "" };
}

function fieldsOf(result: ToolResult): readonly string[] {
  if (isList(result)) {
    const says = ({ key }: Column) => result.rows.some((row) => !isBlank(row[key]));
    return shownColumns(result)
      .filter(says)
      .map(({ key }) => key);
  }
  if (isRecord(result)) {
    const { fields, defaults = {} } = result;
    return Object.keys(fields).filter(
      (key) => !isBlank(fields[key]) && !isDeepStrictEqual(fields[key], defaults[key]),
    );
  }
  return isBlank(result.text) ? [] : ["text"];
}

function shownColumns({ columns, view }: ListResult): readonly Column[] {
  const asked = view?.fields;
  return columns.filter(({ key, optional }) => (asked ? asked.includes(key) : optional !== true));
}

function isList(result: ToolResult): result is ListResult {
  return resultKind(result) === "list";
}

function isRecord(result: ToolResult): result is RecordResult {
  return resultKind(result) === "record";
}

/** The empty value of the same kind, so that a schema alone does not notice. */
function blank<T>(value: T): T {
  const empty =
    typeof value === "string"
      ? ""
      : typeof value === "number"
        ? 0
        : typeof value === "boolean"
          ? false
          : Array.isArray(value)
            ? []
            : typeof value === "object" && value !== null
              ? {}
              : value;
  // Every branch keeps the kind that it was chosen by.
  return empty as T;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || isDeepStrictEqual(value, blank(value));
}
