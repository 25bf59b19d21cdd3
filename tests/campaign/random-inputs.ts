import fc from "fast-check";

type Schema = Readonly<Record<string, unknown>>;

/** Values that mean something to the lab or are known to hurt, whatever a schema says. */
const TELLING: readonly unknown[] = [
  ...[100, 101, 102, 900, 9000, 999_999_999, 0, -1, 1.5, Number.MAX_SAFE_INTEGER],
  ...["pve1", "pve2", "web1", "local", "local-lvm", "nfs", "vmbr0", "root@pam", "nosuch"],
  ...["../../etc/passwd", "a/b", "%2e%2e", "\u0000", "\u202e", "'; rm -rf /", "$(id)", "-rf", "", " "],
  ...[null, true, false, [], {}, [null], { toString: 1 }, { __proto__: null, constructor: 1 }],
];

const telling = fc.constantFrom(...TELLING);
const junk = fc.oneof(telling, fc.jsonValue({ maxDepth: 3 }), fc.string({ unit: "binary", maxLength: 2000 }));

/** Arguments for a tool: mostly of the shape that its schema asks for, some off it, some of no shape at all. */
export function argumentsFor(schema: Schema): fc.Arbitrary<Record<string, unknown>> {
  return fc.oneof(
    { weight: 8, arbitrary: objectOf(schema, 0) },
    { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 20 }), junk, { maxKeys: 5 }) },
  );
}

function objectOf(schema: Schema, depth: number): fc.Arbitrary<Record<string, unknown>> {
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const properties = Object.entries(asSchema(schema.properties));
  const entries = properties.map(([name, property]) =>
    fc
      .tuple(fc.integer({ min: 0, max: 99 }), valueFor(asSchema(property), depth + 1))
      .map(([chance, value]): [string, unknown][] =>
        chance < (required.has(name) ? 97 : 10) ? [[name, value]] : [],
      ),
  );
  const extra = fc.oneof(
    { weight: 19, arbitrary: fc.constant<[string, unknown][]>([]) },
    { weight: 1, arbitrary: fc.tuple(fc.string({ maxLength: 12 }), junk).map((entry) => [entry]) },
  );
  return fc.tuple(...entries, extra).map((parts) => Object.fromEntries(parts.flat()));
}

function valueFor(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 45, arbitrary: shaped(schema, depth) },
    { weight: 2, arbitrary: telling },
    { weight: 1, arbitrary: junk },
  );
}

function shaped(schema: Schema, depth: number): fc.Arbitrary<unknown> {
  const choices = [schema.anyOf, schema.oneOf].find(Array.isArray);
  if (choices !== undefined && choices.length > 0 && depth < 5)
    return fc.oneof(...choices.map((choice) => shaped(asSchema(choice), depth + 1)));
  if (Array.isArray(schema.enum) && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  if ("const" in schema) return fc.constant(schema.const);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "integer":
    case "number":
      return numberOf(schema);
    case "boolean":
      return fc.boolean();
    case "array":
      return fc.array(valueFor(asSchema(schema.items), depth + 1), { maxLength: 4 });
    case "object":
      return depth < 5 ? objectOf(schema, depth) : fc.constant({});
    default:
      return fc.oneof(fc.constantFrom("pve1", "local-lvm", "web1", "test"), fc.string({ maxLength: 60 }));
  }
}

function numberOf({ minimum, maximum }: Schema): fc.Arbitrary<number> {
  const min = typeof minimum === "number" ? Math.ceil(minimum) : 0;
  const max = typeof maximum === "number" ? Math.floor(maximum) : 1_000_000;
  return fc.oneof(fc.constantFrom(100, 101, 102, 900), fc.integer({ min, max: Math.max(min, max) }));
}

function asSchema(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
