import { type TOptional, type TSchema, type TUnsafe, Type } from "typebox";
import { listedAs } from "./inputs.ts";
import { listSchema } from "./result-schemas.ts";
import { type Column, type ListResult, type ListView, list, type Row } from "./results.ts";

/** Rows that a page has where the caller names no limit. */
export const DEFAULT_ROWS = 50;
const MOST_ROWS = 5_000;

/**
 * Declares a list. Filters go by keys of the rows: `name` finds a part of it or a pattern with `*` and `?`,
 * `text` a part of any cell, `tag` one of the row's `tags`; every other key, such as `node`, `pool` or `status`,
 * is compared as a whole. Case does not count.
 */
export interface ListingParts {
  /** What is listed, plural: `VMs`. */
  readonly of: string;
  readonly columns: readonly Column[];
  /** `text` alone where left out. */
  readonly filters?: readonly string[];
  /** Keys whose values are counted before the table; they need not be columns. */
  readonly counted?: readonly string[];
  /** Keys that together name a row; the first column's where left out. */
  readonly id?: readonly string[];
  /** Order where the caller names none, such as `-starttime`; by `id` where left out. */
  readonly sort?: string;
}

/** The inputs that every list takes. */
export type ListInputs = {
  readonly filter: TOptional<TUnsafe<Readonly<Record<string, string>> | undefined>>;
  readonly fields: TOptional<TUnsafe<readonly string[] | undefined>>;
  readonly sort: TOptional<TUnsafe<string | undefined>>;
  readonly limit: TOptional<TUnsafe<number | undefined>>;
  readonly cursor: TOptional<TUnsafe<string | undefined>>;
  readonly artifact: TOptional<TUnsafe<boolean | undefined>>;
};

/** A list's inputs, its result schema, and how its rows become a result. */
export interface Listing {
  /** To be spread into the tool's input. */
  readonly inputs: ListInputs;
  /** The tool's `result`. */
  readonly result: TSchema;
  /** All rows; the kernel shows the part that the caller's inputs ask for. */
  rows(
    rows: readonly Row[],
    view: Given,
    remarks?: { readonly unseen?: readonly string[]; readonly note?: string },
  ): ListResult;
}

/** The view as a tool gets it among its inputs. */
type Given = { readonly [Key in keyof ListView]?: ListView[Key] | undefined };

/** Makes the parts of a list tool; see {@link ListingParts}. */
export function listing(parts: ListingParts): Listing {
  return {
    inputs: listInputs(parts),
    result: listSchema(parts.columns),
    rows: (rows, { filter, fields, sort, limit, cursor, artifact }, remarks = {}) => {
      const { filters: _filters, ...head } = parts;
      const view = {
        ...(filter === undefined ? {} : { filter }),
        ...(fields === undefined ? {} : { fields }),
        ...(sort === undefined ? {} : { sort }),
        ...(limit === undefined ? {} : { limit }),
        ...(cursor === undefined ? {} : { cursor }),
        ...(artifact === undefined ? {} : { artifact }),
      };
      return list({ ...head, rows, view, ...remarks });
    },
  };
}

function listInputs({ columns, filters = ["text"] }: ListingParts): ListInputs {
  const keys = columns.map(({ key }) => key);
  return {
    filter: filterInput(filters),
    fields: fieldsInput(columns),
    sort: Type.Optional(
      listedAs(
        Type.Unsafe<string | undefined>({
          type: "string",
          enum: [...keys, ...keys.map((key) => `-${key}`)],
        }),
        { type: "string" },
      ),
    ),
    limit: Type.Optional(
      Type.Unsafe<number | undefined>({ type: "integer", minimum: 1, maximum: MOST_ROWS }),
    ),
    cursor: Type.Optional(Type.Unsafe<string | undefined>({ type: "string", minLength: 1 })),
    artifact: Type.Optional(Type.Unsafe<boolean | undefined>({ type: "boolean" })),
  };
}

function filterInput(filters: readonly string[]): ListInputs["filter"] {
  const schema = {
    type: "object",
    properties: Object.fromEntries(filters.map((key) => [key, { type: "string", minLength: 1 }])),
    additionalProperties: false,
  };
  const words = filters.map((key) => (key === "name" ? "name (part or *)" : key)).join(", ");
  return Type.Optional(
    listedAs(Type.Unsafe<Readonly<Record<string, string>> | undefined>(schema), {
      type: "object",
      description: words,
    }),
  );
}

function fieldsInput(columns: readonly Column[]): ListInputs["fields"] {
  const items = { type: "string", enum: columns.map(({ key }) => key) };
  const more = columns.filter(({ optional }) => optional).map(({ key }) => key);
  return Type.Optional(
    listedAs(Type.Unsafe<readonly string[] | undefined>({ type: "array", items, minItems: 1 }), {
      type: "array",
      items: { type: "string" },
      ...(more.length > 0 ? { description: `Also ${more.join(", ")}` } : {}),
    }),
  );
}
