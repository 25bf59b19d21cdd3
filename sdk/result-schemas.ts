import { type TSchema, Type } from "typebox";
import type { Column, ColumnType } from "./results.ts";

type Schema = Readonly<Record<string, unknown>>;

const TEXT = { type: "string" };
const ARTIFACT = {
  type: "object",
  properties: { uri: TEXT, mimeType: TEXT, size: { type: "integer" }, expiresAt: { type: "number" } },
};
const REMARKS = { unseen: { type: "array", items: TEXT }, note: TEXT, cut: TEXT, artifact: ARTIFACT };

function object(properties: Schema, required: readonly string[]): Schema {
  return { type: "object", properties, required, additionalProperties: false };
}

function typeOf({ type, unit }: Column): ColumnType {
  return type ?? (unit === undefined || unit === "text" ? "string" : "number");
}

function valuesOf(columns: readonly Column[]): Schema {
  return Object.fromEntries(columns.map((column) => [column.key, { type: typeOf(column) }]));
}

/** Data of a list with these columns; with none named, rows of any keys. */
export function listSchema(columns?: readonly Column[]): TSchema {
  const counts = { type: "object", additionalProperties: { type: "integer" } };
  const row = columns === undefined ? { type: "object" } : object(valuesOf(columns), []);
  return Type.Unsafe(
    object(
      {
        of: TEXT,
        total: { type: "integer" },
        counts: { type: "object", additionalProperties: counts },
        rows: { type: "array", items: row },
        cursor: TEXT,
        ...REMARKS,
      },
      ["of", "total", "rows"],
    ),
  );
}

/** Data of a record with these fields; with none named, any fields. */
export function recordSchema(columns?: readonly Column[]): TSchema {
  const fields = columns === undefined ? { type: "object" } : object(valuesOf(columns), []);
  return Type.Unsafe(object({ title: TEXT, fields, ...REMARKS }, ["title", "fields"]));
}

/** Data of a text from outside. */
export function textSchema(): TSchema {
  return Type.Unsafe(object({ title: TEXT, source: TEXT, text: TEXT, ...REMARKS }, ["title", "text"]));
}

/** Data that is of one of several kinds. */
export function eitherSchema(...kinds: readonly TSchema[]): TSchema {
  return Type.Unsafe({ type: "object", anyOf: kinds });
}

const SECRETS = { type: "object", additionalProperties: TEXT };
const STEPS = { type: "array", items: { type: "object" } };

/**
 * What a call of a change tool answers, whatever the tool: its job, the plan of a dry run, that there was
 * nothing to do, a secret handed over, or, where all steps are reads, what they answered.
 */
export const CHANGE_RESULT: TSchema = eitherSchema(
  Type.Unsafe(object({ job: { type: "object" } }, ["job"])),
  Type.Unsafe(
    object(
      {
        dryRun: { const: true },
        tool: TEXT,
        cluster: TEXT,
        risk: TEXT,
        targets: { type: "array", items: TEXT },
        steps: STEPS,
        privileges: STEPS,
        blastRadius: { type: "object" },
        undo: STEPS,
        shown: STEPS,
        plan: TEXT,
        expiresAt: { type: "number" },
        refused: { type: "object" },
      },
      ["dryRun", "tool", "cluster", "risk", "targets", "steps"],
    ),
  ),
  Type.Unsafe(object({ steps: { ...STEPS, maxItems: 0 } }, ["steps"])),
  listSchema(),
  recordSchema(),
  textSchema(),
  Type.Unsafe(
    object({ title: TEXT, fields: { type: "object" }, secrets: SECRETS, ...REMARKS }, [
      "title",
      "fields",
      "secrets",
    ]),
  ),
  Type.Unsafe(object({ answers: { type: "array", items: { type: "object" } } }, ["answers"])),
);
