import type { ParamSchema } from "./types.ts";

/** Fields of a property string by name, or why it cannot be read. */
export type ParsedProperties =
  | { readonly fields: Readonly<Record<string, string>>; readonly fault?: undefined }
  | { readonly fault: string; readonly fields?: undefined };

type Fields = Readonly<Record<string, ParamSchema>>;

function looseBoolean(text: string): string {
  if (/^(1|on|yes|true)$/i.test(text)) return "1";
  if (/^(0|off|no|false)$/i.test(text)) return "0";
  return text;
}

function schemaOf(fields: Fields, key: string): ParamSchema | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function defaultKeyOf(fields: Fields): string | undefined {
  return Object.keys(fields).find((key) => Boolean(fields[key]?.defaultKey));
}

/** Takes `key=value`; answers a fault or undefined. */
function takePair(
  key: string,
  value: string,
  fields: Fields,
  taken: Map<string, string>,
): string | undefined {
  if (taken.has(key)) return `duplicate key in comma-separated list property: ${key}`;
  let name = key;
  let schema = schemaOf(fields, key);
  if (schema?.alias !== undefined) {
    if (schema.keyAlias !== undefined) {
      if (taken.has(schema.keyAlias)) return `key alias '${schema.keyAlias}' is already defined`;
      taken.set(schema.keyAlias, key);
    }
    name = schema.alias;
    schema = schemaOf(fields, name);
  }
  taken.set(name, schema?.type === "boolean" ? looseBoolean(value) : value);
  return undefined;
}

/** Takes a part without `=`; answers a fault or undefined. */
function takeBare(part: string, fields: Fields, taken: Map<string, string>): string | undefined {
  const key = defaultKeyOf(fields);
  if (key === undefined) return "value without key, but schema does not define a default key";
  if (taken.has(key)) return `duplicate key in comma-separated list property: ${key}`;
  taken.set(key, part);
  return undefined;
}

/**
 * Reads `value,key=value,…` under its fields: aliases resolved, booleans
 * normalised. Laxer than top-level parameters, as Proxmox is: empty parts are
 * skipped, `yes` is a boolean. (pve-common, src/PVE/JSONSchema.pm, parse_property_string)
 */
export function parsePropertyString(text: string, fields: Fields): ParsedProperties {
  const taken = new Map<string, string>();
  for (const part of text.split(",")) {
    if (/^\s*$/u.test(part)) continue;
    const pair = /^([^=]+)=([^\n]+)\n?$/u.exec(part);
    let fault: string | undefined;
    if (pair?.[1] !== undefined && pair[2] !== undefined) fault = takePair(pair[1], pair[2], fields, taken);
    else if (!part.includes("=")) fault = takeBare(part, fields, taken);
    else fault = "missing key in comma-separated list property";
    if (fault !== undefined) return { fault };
  }
  return { fields: Object.fromEntries(taken) };
}
