import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";

/** Parameters of a request, as they came. */
export type Params = Readonly<Record<string, unknown>>;

// The SDK has a schema for each request, and builds it at every start whether or not the request ever comes.
// These few are read by hand instead.

/** An object of any keys; empty where it is left out. Throws McpError `InvalidParams`. */
export function objectAt(params: Params, name: string): Params {
  const value = params[name] ?? {};
  if (typeof value !== "object" || Array.isArray(value)) throw invalid(name, "an object");
  // Any object can be read by string keys; the values stay unknown.
  return value as Params;
}

/** A text. Throws McpError `InvalidParams`. */
export function textAt(params: Params, name: string): string {
  const value = params[name];
  if (typeof value !== "string") throw invalid(name, "a text");
  return value;
}

/** Texts by name; empty where they are left out. Throws McpError `InvalidParams`. */
export function textsAt(params: Params, name: string): Readonly<Record<string, string>> {
  const given = objectAt(params, name);
  return Object.fromEntries(Object.keys(given).map((key) => [key, textAt(given, key)]));
}

function invalid(name: string, expected: string): McpError {
  return new McpError(ErrorCode.InvalidParams, `${name.slice(0, 80)} has to be ${expected}.`);
}
