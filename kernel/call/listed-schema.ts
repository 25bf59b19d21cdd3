import { UNLISTED_INPUTS } from "./common-inputs.ts";
import { asSchema, isPlainObject, type JsonSchema, propertiesOf, propertySchema } from "./json-schema.ts";

/** Marks the shorter form of a property, or, on the whole input, the names of the properties that are listed. */
export const LISTED_MARKER = "x-listed";

/** What calls are validated against, but a list of tools need not say: a fault names it where it matters. */
const UNTOLD: ReadonlySet<string> = new Set([
  "additionalProperties",
  "exclusiveMaximum",
  "exclusiveMinimum",
  "format",
  "maximum",
  "maxItems",
  "maxLength",
  "minimum",
  "minItems",
  "minLength",
  "pattern",
  "uniqueItems",
]);

/** Longer enumerations are not told. */
const MOST_CHOICES = 12;

/**
 * The schema that a tool is listed with: `full` without bounds and patterns, properties in their shorter form,
 * and, where the author names those that matter, only these. `author` is the input as the author wrote it.
 */
export function listedSchema(author: object, full: JsonSchema): JsonSchema {
  const own = asSchema(author);
  const names = own[LISTED_MARKER];
  const featured = Array.isArray(names) ? names.map(String) : undefined;
  const ownNames = Object.keys(propertiesOf(own));
  const common = Object.keys(propertiesOf(full)).filter((name) => !ownNames.includes(name));
  const shown = [...(featured ?? ownNames), ...common.filter((name) => !UNLISTED_INPUTS.has(name))];
  const isWhole = featured === undefined && !common.some((name) => UNLISTED_INPUTS.has(name));
  const properties = shown.flatMap((name) => {
    const property = propertySchema(full, name);
    return property === undefined ? [] : [[name, listedProperty(propertySchema(own, name), property)]];
  });
  const { properties: _properties, patternProperties, additionalProperties, ...rest } = full;
  return {
    ...rest,
    properties: Object.fromEntries(properties),
    ...(featured === undefined && patternProperties !== undefined
      ? { patternProperties: lean(patternProperties) }
      : {}),
    // Others than those that are listed may be taken.
    ...(isWhole && additionalProperties !== undefined ? { additionalProperties } : {}),
  };
}

function listedProperty(author: JsonSchema | undefined, full: JsonSchema): unknown {
  const short = author?.[LISTED_MARKER];
  if (!isPlainObject(short)) return lean(full);
  return "default" in full ? { ...short, default: full.default } : short;
}

/** A schema without what a list of tools need not say. */
function lean(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lean);
  if (!isPlainObject(value)) return value;
  const { anyOf, ...rest } = value;
  const told = Object.fromEntries(
    Object.entries(rest)
      .filter(([name]) => !UNTOLD.has(name))
      .map(([name, part]) => [name, lean(part)]),
  );
  if (Array.isArray(anyOf)) return { ...oneOf(anyOf.map(asSchema)), ...told };
  if (!Array.isArray(told.enum) || told.enum.length <= MOST_CHOICES) return told;
  const { enum: _choices, ...open } = told;
  return open;
}

/** Alternatives in fewer words: constants as one enumeration, types as one list, a list or a text as a list. */
function oneOf(branches: readonly JsonSchema[]): JsonSchema {
  if (branches.every((branch) => "const" in branch)) {
    return { type: "string", enum: branches.map((branch) => branch.const) };
  }
  const array = branches.find(({ type }) => type === "array");
  if (array !== undefined) return asSchema(lean(array));
  const types = branches.map(({ type }) => type);
  return types.includes(undefined) ? { anyOf: lean(branches) } : { type: [...new Set(types)] };
}
