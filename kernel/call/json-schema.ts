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

/** The schema of a property by name: its own, or the one of a family of names such as `net0`, `net1`. */
export function propertySchema(schema: JsonSchema, name: string): JsonSchema | undefined {
  const { properties, patternProperties } = schema;
  if (isPlainObject(properties) && Object.hasOwn(properties, name)) return asSchema(properties[name]);
  if (!isPlainObject(patternProperties)) return undefined;
  for (const [pattern, part] of Object.entries(patternProperties)) {
    if (matches(pattern, name)) return asSchema(part);
  }
  return undefined;
}

/** Names that an object schema takes, families as `net[n]`. */
export function propertyNames(schema: JsonSchema): string[] {
  const { properties, patternProperties } = schema;
  const own = isPlainObject(properties) ? Object.keys(properties) : [];
  const families = isPlainObject(patternProperties) ? Object.keys(patternProperties) : [];
  return [...own, ...families.map((pattern) => pattern.replace(/^\^([\w-]+)\(.*$/, "$1[n]"))];
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}
