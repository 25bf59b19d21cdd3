/** What has to be known of a property string to take it apart. Checking is the frame's part. */
export interface PropertyShape {
  /** The key of a value without one. */
  readonly defaultKey?: string;
  /** Other names of a key: `{ volume: "file" }`. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly booleans?: ReadonlySet<string>;
}

/** Keys and values of a property string, aliases resolved. */
export type Properties = Map<string, string>;

/** Takes `a,b=1,c=yes` apart; booleans become `1` and `0`. */
export function parseProperties(text: string, shape: PropertyShape): Properties {
  const found: Properties = new Map();
  for (const part of text.split(",")) {
    if (part.trim() === "") continue;
    const match = /^([^=]+)=(.+)$/s.exec(part);
    const given = match?.[1] ?? shape.defaultKey;
    if (given === undefined) continue;
    const key = shape.aliases?.[given] ?? given;
    const value = match?.[2] ?? part;
    found.set(key, shape.booleans?.has(key) === true ? booleanOf(value) : value);
  }
  return found;
}

/** Puts it together again: the default key's value first, the others by name. */
export function printProperties(properties: Properties, shape: PropertyShape): string {
  const parts: string[] = [];
  const first = shape.defaultKey === undefined ? undefined : properties.get(shape.defaultKey);
  if (first !== undefined) parts.push(first);
  const others = [...properties.keys()].filter((key) => key !== shape.defaultKey).sort();
  for (const key of others) parts.push(`${key}=${properties.get(key) ?? ""}`);
  return parts.join(",");
}

function booleanOf(value: string): string {
  return /^(1|on|yes|true)$/i.test(value) ? "1" : "0";
}
