import { type TOptional, type TSchema, type TUnsafe, Type } from "typebox";
import { recordSchema } from "./result-schemas.ts";
import { type Column, type RecordResult, record, type Unit } from "./results.ts";

/** The input that every tool takes that shows one object. */
export type DetailInputs = {
  readonly fields: TOptional<TUnsafe<readonly string[] | undefined>>;
};

/** What a tool says of one object. */
export interface DetailParts {
  /** What it is: `VM 100 (web1) on pve1`. */
  readonly title: string;
  readonly fields: Readonly<Record<string, unknown>>;
  /** See {@link RecordResult.defaults}. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly unseen?: readonly string[];
  readonly note?: string;
}

/** Input, result schema and maker of a tool that shows one object. */
export interface Details {
  /** To be spread into the tool's input. */
  readonly inputs: DetailInputs;
  /** The tool's `result`. */
  readonly result: TSchema;
  /** The object, without what is empty or a default unless the caller's `fields` ask for it. */
  record(parts: DetailParts, view: { readonly fields?: readonly string[] | undefined }): RecordResult;
}

/** Makes the parts of a tool that shows one object with these fields. */
export function details(columns: readonly Column[]): Details {
  const measured = columns.flatMap(({ key, unit }) => (unit === undefined ? [] : [[key, unit] as const]));
  const units: Readonly<Record<string, Unit>> = Object.fromEntries(measured);
  return {
    inputs: {
      fields: Type.Optional(
        Type.Unsafe<readonly string[] | undefined>({
          type: "array",
          items: { type: "string", minLength: 1 },
          minItems: 1,
          description: "Only these, defaults too",
        }),
      ),
    },
    result: recordSchema(columns),
    record: (parts, { fields: asked }) =>
      record({ ...parts, units, ...(asked === undefined ? {} : { asked }) }),
  };
}
