/** A value that JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** An object that JSON can hold. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/**
 * JSON in one form only: keys sorted by code unit, no white space, absent values left out. Two
 * values have the same text exactly when they are equal, so the text can be hashed and compared.
 */
export function canonicalJson(value: Json): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  const parts = Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part)}`);
  return `{${parts.join(",")}}`;
}

/**
 * The JSON form of any value, as `JSON.stringify` would write it. Throws a TypeError for what JSON
 * cannot hold (cycles, BigInt).
 */
export function toJson(value: unknown): Json {
  // JSON.parse answers nothing but JSON.
  return JSON.parse(JSON.stringify(value ?? null)) as Json;
}

/** True for an object that is no list. */
export function isJsonObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
