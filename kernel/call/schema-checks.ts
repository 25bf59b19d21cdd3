import type { Redactor } from "../secrets/redact.ts";
import { type InputFault, inputFaults } from "./input-faults.ts";
import type { JsonSchema } from "./json-schema.ts";

type Validate = (value: unknown) => boolean;

/**
 * Compiled input schemas, each compiled when first used. Schemas are taken as
 * plain JSON Schema, whatever copy of a schema library a plugin made them with.
 */
export class SchemaChecks {
  readonly #compiled = new WeakMap<object, Validate>();
  readonly #redactor: Redactor;

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** All faults of the value; empty when the schema accepts it. */
  async faults(schema: JsonSchema, value: unknown): Promise<readonly InputFault[]> {
    const validate = this.#compiled.get(schema) ?? (await this.#compile(schema));
    if (validate(value)) return [];
    const { Check } = await import("typebox/schema");
    return inputFaults(
      schema,
      value,
      (part, at) => Check(part, at),
      (name, part) => Object.values(asRecord(this.#redactor.value({ [name]: part })))[0],
    );
  }

  async #compile(schema: JsonSchema): Promise<Validate> {
    // Loading the compiler costs tens of milliseconds, which a start without a call need not pay.
    const { Compile } = await import("typebox/schema");
    const validator = Compile(schema);
    const validate: Validate = (value) => validator.Check(value);
    this.#compiled.set(schema, validate);
    return validate;
  }
}

function asRecord(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
