/** A JSON Schema as plain data, whoever wrote it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The value as an object that may be read by key; empty for anything else. */
export function asSchema(value: unknown): JsonSchema {
  return isPlainObject(value) ? value : {};
}

/** True for an object that is no array. */
export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The properties of an object schema. */
export function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  const { properties } = schema;
  if (!isPlainObject(properties)) return {};
  return Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, asSchema(part)]));
}

/** Names that an object schema requires. */
export function requiredOf(schema: JsonSchema): string[] {
  const { required } = schema;
  return Array.isArray(required) ? required.filter((name): name is string => typeof name === "string") : [];
}
