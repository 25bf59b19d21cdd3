import { createHash } from "node:crypto";
import { ToolError } from "../../sdk/errors.ts";
import type { Row } from "../../sdk/results.ts";

/** Values that say where in an order a row stands. */
export type Anchor = readonly (Row[string] | null)[];

/** What a cursor belongs to: it goes on with the same question only. */
export interface ListQuestion {
  readonly of: string;
  readonly filter: Readonly<Record<string, string>>;
  readonly sort: string;
}

const DIGEST_LENGTH = 6;

/** An opaque text for the place behind a row. */
export function cursorAt(anchor: Anchor, question: ListQuestion): string {
  const place = Buffer.from(JSON.stringify(anchor)).toString("base64url");
  return digestOf(question) + place;
}

/** The place that a cursor names. Throws ToolError `invalid_input` where it is none, or of another question. */
export function readCursor(cursor: string, question: ListQuestion): Anchor {
  const place = parsed(cursor.slice(DIGEST_LENGTH));
  if (place !== undefined && cursor.startsWith(digestOf(question))) return place;
  throw new ToolError({
    code: "invalid_input",
    message:
      place === undefined
        ? "This cursor is not one of ours."
        : "This cursor belongs to a list with another filter or order.",
    next: "Repeat the call that answered it with the same filter and sort, or begin without a cursor.",
  });
}

function parsed(place: string): Anchor | undefined {
  try {
    const values: unknown = JSON.parse(Buffer.from(place, "base64url").toString("utf8"));
    return Array.isArray(values) && values.every(isCell) ? values : undefined;
  } catch {
    return undefined;
  }
}

function isCell(value: unknown): value is Anchor[number] {
  return value === null || ["string", "number", "boolean"].includes(typeof value);
}

function digestOf({ of, filter, sort }: ListQuestion): string {
  const parts = [of, Object.entries(filter).sort(), sort];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, DIGEST_LENGTH);
}
