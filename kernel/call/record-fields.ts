import type { RecordResult } from "../../sdk/results.ts";
import { isPlainObject } from "./json-schema.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The fields of a record that are to be shown. */
export interface ChosenFields {
  readonly fields: Fields;
  /** Names that were asked for and have no value. */
  readonly absent: readonly string[];
}

/** The fields asked for, in that order; else all that are neither empty nor a default. */
export function chooseFields({ fields, asked, defaults }: RecordResult): ChosenFields {
  if (asked === undefined) return { fields: telling(fields, defaults ?? {}), absent: [] };
  const chosen: Record<string, unknown> = {};
  const absent: string[] = [];
  for (const name of asked) {
    const found = find(fields, name);
    if (found === undefined) absent.push(name);
    else if (found.group === undefined) chosen[found.key] = found.value;
    else chosen[found.group] = { ...asFields(chosen[found.group]), [found.key]: found.value };
  }
  return { fields: chosen, absent };
}

/** True for what says nothing. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "") return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

function telling(fields: Fields, defaults: Fields): Fields {
  const shown: [string, unknown][] = [];
  for (const [key, value] of Object.entries(fields)) {
    const usual = own(defaults, key);
    const part = isPlainObject(value) ? telling(value, asFields(usual)) : value;
    if (!isEmpty(part) && !isSame(part, usual)) shown.push([key, part]);
  }
  return Object.fromEntries(shown);
}

/** A configuration writes 1 where its schema says true, and numbers as text. */
function isSame(value: unknown, usual: unknown): boolean {
  if (usual === undefined || typeof value === "object") return false;
  return plain(value) === plain(usual);
}

function plain(value: unknown): string {
  return typeof value === "boolean" ? String(Number(value)) : String(value);
}

interface Found {
  readonly group?: string;
  readonly key: string;
  readonly value: unknown;
}

/** A field by name: at the top, as `group.key`, or by its key alone in any group. */
function find(fields: Fields, name: string): Found | undefined {
  const value = own(fields, name);
  if (!isEmpty(value)) return { key: name, value };
  for (const [group, part] of Object.entries(fields)) {
    if (!isPlainObject(part)) continue;
    const key = name.startsWith(`${group}.`) ? name.slice(group.length + 1) : name;
    const inner = own(part, key);
    if (!isEmpty(inner)) return { group, key, value: inner };
  }
  return undefined;
}

function own(fields: Fields, key: string): unknown {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

function asFields(value: unknown): Fields {
  return isPlainObject(value) ? value : {};
}
