import type { ToolError } from "../../sdk/errors.ts";
import type { Redactor } from "../secrets/redact.ts";
import { fenced, OUTSIDE } from "./fence.ts";
import { asSchema, isPlainObject } from "./json-schema.ts";
import { oneLine } from "./one-line.ts";
import type { CallAnswer } from "./types.ts";

/** Details that the message has already told. */
const TOLD: ReadonlySet<string> = new Set(["errors", "faults", "nearest", "request", "status"]);
const LONGEST_DETAIL = 1_000;
/** A message may quote what the caller gave, however long that is. */
const LONGEST_MESSAGE = 4_000;

/** An error as an answer: code and message, what to do next, whether a retry can help, then the details. */
export function shapeError(error: ToolError, redactor: Redactor): CallAnswer {
  const message = cut(redactor.text(error.message), LONGEST_MESSAGE);
  const next = error.next === undefined ? undefined : cut(redactor.text(error.next), LONGEST_MESSAGE);
  const details = error.details && maskedDetails(error.details, redactor);
  const lines = [
    `Error ${error.code}: ${oneLine(message)}`,
    ...(next === undefined ? [] : [`Next: ${oneLine(next)}`]),
    `Retry: ${error.retry ? "the same call can succeed later" : "no"}`,
    ...detailLines(details ?? {}),
  ];
  return {
    text: lines.join("\n"),
    isError: true,
    data: {
      error: {
        code: error.code,
        message,
        ...(next === undefined ? {} : { next }),
        retry: error.retry,
        ...(details ? { details } : {}),
      },
    },
  };
}

/** Log lines are masked as one text: a secret can stretch over several. */
function maskedDetails(
  details: Readonly<Record<string, unknown>>,
  redactor: Redactor,
): Readonly<Record<string, unknown>> {
  const { lastLines, output, ...rest } = details;
  const texts = Object.entries({ output, lastLines }).flatMap(([name, lines]) =>
    Array.isArray(lines) ? [[name, redactor.text(lines.map(String).join("\n")).split("\n")]] : [],
  );
  return { ...asSchema(redactor.value(rest)), ...Object.fromEntries(texts) };
}

function detailLines(details: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(details)
    .filter(([name, value]) => value !== undefined && !TOLD.has(name) && !isEmptyList(value))
    .map(([name, value]) => {
      if (name === "output" && Array.isArray(value)) return value.join("\n");
      if (name === "lastLines" && Array.isArray(value)) {
        return `Last lines of the log (${OUTSIDE}):\n${fenced(value.join("\n"))}`;
      }
      const shown = oneLine(printed(value));
      return `${oneLine(name)}: ${cut(shown, LONGEST_DETAIL)}`;
    });
}

function cut(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function printed(value: unknown): string {
  if (Array.isArray(value) && !value.some((item) => isPlainObject(item) || Array.isArray(item))) {
    return value.map(String).join(", ");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
