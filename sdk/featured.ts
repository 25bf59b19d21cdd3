import type { TSchema } from "typebox";

/** Names that are told one by one; of more, where to look them up. */
const MOST_TOLD = 12;

/**
 * Marks the inputs that matter most: the list of tools shows these, and names the others or says where they are
 * described. Calls are validated against the whole schema. Of a family of names such as `net[n]` one member may
 * be shown. `endpoint` is the one whose parameters the others are. Throws for a name that the input does not take.
 */
export function featured<Schema extends TSchema>(
  input: Schema,
  names: readonly string[],
  endpoint?: string,
): Schema {
  const { properties = {}, patternProperties = {} } = input as Families;
  const patterns = Object.keys(patternProperties).map((pattern) => new RegExp(pattern));
  const unknown = names.filter(
    (name) => !Object.hasOwn(properties, name) && !patterns.some((pattern) => pattern.test(name)),
  );
  if (unknown.length > 0) throw new Error(`The input does not take ${unknown.join(", ")}`);
  const others = Object.keys(properties).filter((name) => !names.includes(name));
  const isShort = patterns.length === 0 && others.length <= MOST_TOLD;
  const told = isShort || endpoint === undefined ? others.join(", ") : `all that ${endpoint} takes`;
  const description = told === "" ? {} : { description: `Also ${told}` };
  return Object.assign(input, { "x-listed": [...new Set(names)], ...description });
}

interface Families {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly patternProperties?: Readonly<Record<string, unknown>>;
}
