import { ToolError } from "../../sdk/errors.ts";
import type { ListResult, RecordResult, TextResult } from "../../sdk/results.ts";
import { resultKind } from "../../sdk/results.ts";
import type { Redactor } from "../secrets/redact.ts";
import { fenced, OUTSIDE } from "./fence.ts";
import { asSchema } from "./json-schema.ts";
import { oneLine } from "./one-line.ts";
import { chooseFields } from "./record-fields.ts";
import { shapeList } from "./shape-list.ts";
import { dataRemarks, joinLines, LONGEST_TEXT, remarks } from "./shape-parts.ts";
import { renderRecord } from "./shape-record.ts";
import type { CallAnswer } from "./types.ts";

/** Turns what a tool returned into an answer: compact text, the same as data, secrets masked in both. */
export function shapeResult(result: unknown, redactor: Redactor, longest = LONGEST_TEXT): CallAnswer {
  // The brand says which of the three it is, whatever copy of the SDK made it.
  switch (resultKind(result)) {
    case "list":
      return shapeList(result as ListResult, redactor, longest);
    case "record":
      return shapeRecord(result as RecordResult, redactor, longest);
    case "text":
      return shapeText(result as TextResult, redactor, longest);
    case undefined:
      throw new ToolError({
        code: "invalid_plan",
        message: "The tool returned something that is neither a list, a record nor a text.",
        next: "Report it to the author of the tool.",
      });
  }
}

function shapeRecord(result: RecordResult, redactor: Redactor, longest: number): CallAnswer {
  const chosen = chooseFields(result);
  const masked = asSchema(redactor.value(chosen.fields));
  const { lines: shown, fields, left, shortened } = renderRecord(masked, result.units, longest);
  const absent = chosen.absent.map((name) => `${oneLine(name)}: (none)`);
  const cut = cutOf(left, shortened);
  return {
    text: redactor.text(joinLines([oneLine(result.title), ...shown, ...absent, ...remarks(result), cut])),
    isError: false,
    data: { title: redactor.text(result.title), fields, ...dataRemarks(result, cut, redactor) },
  };
}

function cutOf(left: number, shortened: number): string | undefined {
  if (left + shortened === 0) return undefined;
  const parts = [
    ...(left > 0 ? [`${left} more fields do not fit`] : []),
    ...(shortened > 0 ? [`${shortened} fields are shown in part`] : []),
  ];
  return `Cut: ${parts.join("; ")}.`;
}

function shapeText(result: TextResult, redactor: Redactor, longest: number): CallAnswer {
  const whole = redactor.text(result.text);
  const body = whole.slice(0, longest);
  const cut =
    body.length < whole.length ? `Cut: the first ${longest} of ${whole.length} characters.` : undefined;
  const head = redactor.text(`${oneLine(result.title)} (${oneLine(result.source)}; ${OUTSIDE}):`);
  const tail = redactor.text(joinLines(remarks(result)));
  return {
    text: joinLines([head, fenced(body), tail, cut]),
    isError: false,
    data: {
      title: redactor.text(result.title),
      source: redactor.text(result.source),
      text: body,
      ...dataRemarks(result, cut, redactor),
    },
  };
}
