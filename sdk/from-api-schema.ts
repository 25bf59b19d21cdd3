import { type TSchema, Type } from "typebox";
import type { ParamSchema } from "../vendor/pve-docs/types.ts";
import { isListFormat } from "../vendor/pve-docs/wire.ts";
import { listedAs } from "./inputs.ts";

/** Keys that matter most, where a property string has many. */
const TELLING_KEYS = [
  "file",
  "volume",
  "size",
  "format",
  "media",
  "cache",
  "discard",
  "iothread",
  "ssd",
  "import-from",
  "model",
  "name",
  "bridge",
  "ip",
  "gw",
  "ip6",
  "gw6",
  "tag",
  "firewall",
  "mp",
];
const MOST_KEYS = 12;

function rank(key: string, schema: ParamSchema): number {
  if (schema.defaultKey) return -2;
  if (schema.optional !== true) return -1;
  const place = TELLING_KEYS.indexOf(key);
  return place === -1 ? TELLING_KEYS.length : place;
}

/** `keys: model, bridge, tag, …`: what a property string is made of, the key that may stand alone first. */
function keysOf(fields: Readonly<Record<string, ParamSchema>>): string {
  const keys = Object.entries(fields)
    .filter(([, field]) => field.alias === undefined)
    .toSorted((a, b) => rank(...a) - rank(...b))
    .map(([key]) => key);
  return `keys: ${keys.slice(0, MOST_KEYS).join(", ")}${keys.length > MOST_KEYS ? ", …" : ""}`;
}

function bounds(schema: ParamSchema): Readonly<Record<string, unknown>> {
  const { minimum, maximum, minLength, maxLength } = schema;
  const given = Object.entries({ minimum, maximum, minLength, maxLength });
  return Object.fromEntries(given.filter(([, value]) => value !== undefined));
}

function plain(schema: ParamSchema): Readonly<Record<string, unknown>> {
  if (schema.type === "array")
    return { type: "array", items: schema.items === undefined ? {} : plain(schema.items) };
  if (isListFormat(schema.format)) {
    return { anyOf: [{ type: "array", items: { type: "string" } }, { type: "string" }] };
  }
  if (schema.enum !== undefined) return { type: "string", enum: schema.enum.map(String) };
  if (schema.type === "boolean" || schema.type === "object") return { type: schema.type };
  // Bounds of the wrong kind, as of a string that looks like a number, are left to the API's own check.
  const { minimum, maximum, ...lengths } = bounds(schema);
  if (schema.type === "integer" || schema.type === "number") {
    return {
      type: schema.type,
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    };
  }
  return { type: "string", ...lengths };
}

/** A parameter as a tool's input, with the author's words about it. */
export function paramInput(schema: ParamSchema, words: string | undefined): TSchema {
  const { format } = schema.type === "array" ? (schema.items ?? schema) : schema;
  const keys = typeof format === "object" ? keysOf(format) : undefined;
  const description = [words, keys].filter((text) => text !== undefined).join("; ");
  const input = Type.Unsafe<unknown>({ ...plain(schema), ...(description === "" ? {} : { description }) });
  // The author's words say what matters most of a long property string.
  return words === undefined || keys === undefined
    ? input
    : listedAs(input, { ...plain(schema), description: words });
}

/** True for what is declared as `net[n]`. */
export function isFamily(schema: ParamSchema): boolean {
  return schema.indexed === true;
}

/** A pattern for the numbers from 0 to `max`, without leading zeros. */
export function upTo(max: number): string {
  const digits = String(max);
  const parts = digits.length === 1 ? [`[0-${max}]`] : ["[0-9]"];
  for (let length = 2; length < digits.length; length++) parts.push(`[1-9]${"[0-9]".repeat(length - 1)}`);
  if (digits.length > 1) {
    for (let at = 0; at < digits.length; at++) {
      const low = at === 0 ? 1 : 0;
      const high = Number(digits[at]) - (at === digits.length - 1 ? 0 : 1);
      if (high < low) continue;
      const range = low === high ? String(low) : `[${low}-${high}]`;
      parts.push(digits.slice(0, at) + range + "[0-9]".repeat(digits.length - at - 1));
    }
  }
  return parts.join("|");
}

/** The pattern of an indexed family's names: `^net([0-9]|…)$` for `net[n]`. */
export function familyPattern(family: string, max: number): string {
  const base = family.replace("[n]", "").replace(/[^a-zA-Z0-9]/g, "\\$&");
  return `^${base}(${upTo(max)})$`;
}
