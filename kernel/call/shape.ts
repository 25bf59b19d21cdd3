import { ToolError } from "../../sdk/errors.ts";
import type { ListResult, RecordResult, Row, TextResult } from "../../sdk/results.ts";
import { resultKind } from "../../sdk/results.ts";
import type { Redactor } from "../secrets/redact.ts";
import { fenced, OUTSIDE } from "./fence.ts";
import { asSchema } from "./json-schema.ts";
import { oneLine } from "./one-line.ts";
import { renderRecord } from "./shape-record.ts";
import { renderTable } from "./table.ts";
import type { CallAnswer } from "./types.ts";

/** Longest text of an answer, in characters; what is longer is cut and says so. */
export const LONGEST_TEXT = 40_000;

/** Turns what a tool returned into an answer: compact text, the same as data, secrets masked in both. */
export function shapeResult(result: unknown, redactor: Redactor): CallAnswer {
  // The brand says which of the three it is, whatever copy of the SDK made it.
  switch (resultKind(result)) {
    case "list":
      return shapeList(result as ListResult, redactor);
    case "record":
      return shapeRecord(result as RecordResult, redactor);
    case "text":
      return shapeText(result as TextResult, redactor);
    case undefined:
      throw new ToolError({
        code: "invalid_plan",
        message: "The tool returned something that is neither a list, a record nor a text.",
        next: "Report it to the author of the tool.",
      });
  }
}

function shapeList(result: ListResult, redactor: Redactor): CallAnswer {
  // Masking keeps the shape of rows: a masked value is a text.
  const rows = redactor.value(result.rows) as readonly Row[];
  const table = renderTable(result, rows, LONGEST_TEXT);
  const left = rows.length - table.shown;
  const cut = left > 0 ? `Cut: ${left} more rows do not fit; narrow the question down.` : undefined;
  return {
    text: redactor.text(lines([table.text, ...remarks(result), cut])),
    isError: false,
    data: {
      of: result.of,
      total: Math.max(result.total ?? 0, rows.length),
      ...(result.counts ? { counts: result.counts } : {}),
      rows: left > 0 ? rows.slice(0, table.shown) : rows,
      ...dataRemarks(result, cut, redactor),
    },
  };
}

function shapeRecord(result: RecordResult, redactor: Redactor): CallAnswer {
  const masked = asSchema(redactor.value(result.fields));
  const { lines: shown, fields, left } = renderRecord(masked, result.units, LONGEST_TEXT);
  const cut = left > 0 ? `Cut: ${left} more fields do not fit.` : undefined;
  return {
    text: redactor.text(lines([oneLine(result.title), ...shown, ...remarks(result), cut])),
    isError: false,
    data: { title: redactor.text(result.title), fields, ...dataRemarks(result, cut, redactor) },
  };
}

function shapeText(result: TextResult, redactor: Redactor): CallAnswer {
  const whole = redactor.text(result.text);
  const body = whole.slice(0, LONGEST_TEXT);
  const cut =
    body.length < whole.length ? `Cut: the first ${LONGEST_TEXT} of ${whole.length} characters.` : undefined;
  const head = redactor.text(`${oneLine(result.title)} (${oneLine(result.source)}; ${OUTSIDE}):`);
  const tail = redactor.text(lines(remarks(result)));
  return {
    text: lines([head, fenced(body), tail, cut]),
    isError: false,
    data: {
      title: redactor.text(result.title),
      source: redactor.text(result.source),
      text: body,
      ...dataRemarks(result, cut, redactor),
    },
  };
}

interface Remarks {
  readonly unseen?: readonly string[];
  readonly note?: string;
}

function remarks({ unseen, note }: Remarks): string[] {
  const missing = (unseen ?? []).map((part) => `Not seen: ${oneLine(part)}`);
  return note === undefined ? missing : [...missing, oneLine(note)];
}

function dataRemarks({ unseen, note }: Remarks, cut: string | undefined, redactor: Redactor): object {
  return {
    ...(unseen && unseen.length > 0 ? { unseen: unseen.map((part) => redactor.text(part)) } : {}),
    ...(note === undefined ? {} : { note: redactor.text(note) }),
    ...(cut === undefined ? {} : { cut }),
  };
}

function lines(parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== "").join("\n");
}
