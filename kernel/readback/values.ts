import { parsePropertyString, splitList } from "../../vendor/pve-docs/index.ts";
import type { ParamSchema } from "../../vendor/pve-docs/types.ts";
import { isPlainObject } from "../call/json-schema.ts";

/**
 * `form`: they differ, but in a text of several parts that Proxmox VE may write in its own way;
 * `unreadable`: nothing can be said.
 */
export type Comparison = "same" | "differs" | "form" | "unreadable";

/** Compares what was sent with what is read, as Proxmox VE means it and not as it is written. */
export function compareValues(schema: ParamSchema | undefined, wanted: unknown, seen: unknown): Comparison {
  if (isAbsent(seen)) return isNothing(wanted, schema) ? "same" : "differs";
  if (isPlainObject(schema?.format)) return compareProperties(schema.format, wanted, seen);
  if (isPlainObject(seen)) return compareProperties({}, wanted, seen);
  if (isList(schema, wanted, seen)) return compareLists(schema, wanted, seen);
  if (typeof wanted === "object" || typeof seen === "object") {
    return JSON.stringify(wanted) === JSON.stringify(seen) ? "same" : "unreadable";
  }
  if (sameScalar(wanted, seen)) return "same";
  return isPlainText(schema, wanted) ? "differs" : "form";
}

/** True where leaving the value out says the same. */
function isNothing(wanted: unknown, schema: ParamSchema | undefined): boolean {
  if (isAbsent(wanted) || wanted === "" || wanted === false) return true;
  if (Array.isArray(wanted) && wanted.length === 0) return true;
  if (schema?.type === "boolean" && looseBoolean(String(wanted)) === "0") return true;
  return schema?.default !== undefined && sameScalar(wanted, schema.default);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Numbers, booleans, choices, names and free text are kept as they are sent. */
function isPlainText(schema: ParamSchema | undefined, wanted: unknown): boolean {
  if (schema === undefined) return !/[,=;]/.test(String(wanted));
  if (schema.type !== "string" && schema.type !== undefined) return true;
  return schema.format === undefined || schema.enum !== undefined || KEPT_FORMATS.has(String(schema.format));
}

const KEPT_FORMATS: ReadonlySet<string> = new Set([
  "dns-name",
  "email-opt",
  "pve-configid",
  "pve-node",
  "pve-storage-id",
]);

function sameScalar(wanted: unknown, seen: unknown): boolean {
  const [a, b] = [plain(wanted), plain(seen)];
  if (a === b) return true;
  const numbers = [a, b].every((text) => /^-?\d+(?:\.\d+)?$/.test(text));
  if (numbers) return Number(a) === Number(b);
  return decoded(a) === decoded(b);
}

function plain(value: unknown): string {
  const text = typeof value === "boolean" ? String(Number(value)) : String(value);
  return text.replaceAll("\r\n", "\n").trim();
}

/** SSH keys are percent-encoded in the file, and sent as they are. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return text;
  }
}

function isList(schema: ParamSchema | undefined, wanted: unknown, seen: unknown): boolean {
  if (Array.isArray(wanted) || Array.isArray(seen)) return true;
  return typeof schema?.format === "string" && /-a?list$/.test(schema.format);
}

function compareLists(schema: ParamSchema | undefined, wanted: unknown, seen: unknown): Comparison {
  const [a, b] = [itemsOf(schema, wanted), itemsOf(schema, seen)];
  if (a === undefined || b === undefined) return "unreadable";
  if (sameSet(a, b)) return "same";
  return schema?.type === "array" || a.some((item) => item.includes("=")) ? "form" : "differs";
}

/** The parts of a list, each in one form: the order of the parts of a property string says nothing. */
export function itemsOf(schema: ParamSchema | undefined, value: unknown): string[] | undefined {
  const items = Array.isArray(value) ? value : isText(value) ? [...splitItems(schema, String(value))] : [];
  if (items.some((item) => typeof item === "object")) return undefined;
  return items.map((item) => plain(item).split(",").sort().join(",").toLowerCase());
}

function splitItems(schema: ParamSchema | undefined, text: string): readonly string[] {
  return schema?.type === "array" ? [text] : splitList(text);
}

function isText(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}

function sameSet(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [new Set(a), new Set(b)];
  return left.size === right.size && [...left].every((item) => right.has(item));
}

/** Only what was sent is compared: Proxmox VE adds addresses, sizes and defaults of its own. */
function compareProperties(
  fields: Readonly<Record<string, ParamSchema>>,
  wanted: unknown,
  seen: unknown,
): Comparison {
  const [a, b] = [propertiesOf(fields, wanted), propertiesOf(fields, seen)];
  if (a === undefined || b === undefined) return "unreadable";
  let result: Comparison = "same";
  for (const [name, value] of Object.entries(a)) {
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (sameProperty(schema, value, b[name])) continue;
    result = "form";
  }
  return result;
}

function sameProperty(schema: ParamSchema | undefined, wanted: unknown, seen: unknown): boolean {
  if (isAbsent(seen)) return isNothing(wanted, schema) || looseBoolean(String(wanted)) === "0";
  const [a, b] = [String(wanted), String(seen)];
  if (a.toLowerCase() === b.toLowerCase() || sameScalar(a, b)) return true;
  if (looseBoolean(a) === looseBoolean(b)) return true;
  const [left, right] = [bytesOf(a), bytesOf(b)];
  if (left !== undefined && left === right) return true;
  return sameSet(splitList(a.toLowerCase()), splitList(b.toLowerCase()));
}

function propertiesOf(
  fields: Readonly<Record<string, ParamSchema>>,
  value: unknown,
): Readonly<Record<string, unknown>> | undefined {
  if (isPlainObject(value)) return value;
  if (!isText(value)) return undefined;
  const isKnown = Object.keys(fields).length > 0;
  return isKnown ? parsePropertyString(String(value), fields).fields : pairsOf(String(value));
}

/** `a=1,b=2` without knowing its fields; undefined where a part has no name. */
function pairsOf(text: string): Readonly<Record<string, unknown>> | undefined {
  const pairs = text.split(",").filter((part) => part.trim() !== "");
  if (pairs.some((pair) => !pair.includes("="))) return undefined;
  return Object.fromEntries(
    pairs.map((pair) => [pair.slice(0, pair.indexOf("=")).trim(), pair.slice(pair.indexOf("=") + 1)]),
  );
}

function looseBoolean(text: string): string {
  if (/^(?:1|on|yes|true)$/i.test(text)) return "1";
  return /^(?:0|off|no|false)$/i.test(text) ? "0" : text;
}

const UNITS: Readonly<Record<string, number>> = { "": 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** Bytes of a size as Proxmox VE writes it: `32G`, `528K`, a plain number for bytes. */
export function bytesOf(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)([KMGT]?)$/i.exec(text.trim()) ?? [];
  if (number === undefined || unit === undefined) return undefined;
  return Math.round(Number(number) * (UNITS[unit.toUpperCase()] ?? 1));
}
