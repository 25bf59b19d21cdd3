import type { ParamSchema } from "../../vendor/pve-docs/types.ts";
import { compareDrives, isDriveName } from "./disks.ts";
import type { Fields, Finding, WantedFields } from "./types.ts";
import { type Comparison, compareValues, itemsOf } from "./values.ts";

/** Longest value told in a finding, characters. */
const LONGEST = 80;

/** What comparing a field needs. */
export interface FieldParts {
  readonly schema: ParamSchema | undefined;
  readonly fields: Fields;
  readonly want: WantedFields;
}

const SECRET = /password|secret|sshkeys|token|^keys?$/i;
/** Answered in place of a password. */
const HIDDEN = /^\*{4,}\s*$/;

/** A field that was set: as planned, pending, or something else. */
export function judgeField(name: string, wanted: unknown, parts: FieldParts): readonly Finding[] {
  const { fields, want } = parts;
  const now = fields.now[name];
  const next = fields.pending[name];
  if (HIDDEN.test(String(next ?? now)) || /^(?:ci)?password$/.test(name)) {
    return [{ state: "in_part", detail: `${name} is a secret, which cannot be read` }];
  }
  const isSame = (seen: unknown): boolean => compare(name, wanted, seen, parts) === "same";
  if (isSame(now) && !fields.leaving.has(name)) return [];
  if (next !== undefined && isSame(next)) return [pendingFinding(name)];
  const seen = next ?? now;
  const found = compare(name, wanted, seen, parts);
  if (found === "unreadable") return [{ state: "in_part", detail: `${name} cannot be compared` }];
  const isCertain = found === "differs" && want.lenient !== true;
  const state = isCertain || stayed(name, wanted, seen, parts) ? "not_applied" : "differs";
  return [{ state, detail: told(name, wanted, seen) }];
}

/** A field that was taken away. */
export function judgeGone(name: string, fields: Fields, want: WantedFields): readonly Finding[] {
  if (fields.leaving.has(name)) return [pendingFinding(name)];
  const now = fields.now[name];
  if (now === undefined) return [];
  const before = want.before?.[name];
  // Where a default is answered for what is unset, or another value took its place, it is gone all the same.
  if (want.lenient === true && before !== undefined && String(before) !== String(now)) return [];
  if (now === "" || (before === undefined && want.before !== undefined)) return [];
  return [{ state: "not_applied", detail: `${name} is still ${shown(name, now)}` }];
}

function pendingFinding(name: string): Finding {
  return { state: "pending", detail: `${name} is pending until the guest is stopped and started` };
}

function compare(name: string, wanted: unknown, seen: unknown, { schema, want }: FieldParts): Comparison {
  if (isDriveName(name) && want.by.endsWith("/config")) return compareDrives(schema, wanted, seen);
  if (want.adds === true && Array.isArray(seen)) {
    const there = itemsOf(schema, seen) ?? [];
    return (itemsOf(schema, wanted) ?? []).every((item) => there.includes(item)) ? "same" : "differs";
  }
  return compareValues(schema, wanted, seen);
}

/** True where the value is just as it was before, and was not what was wanted. */
function stayed(name: string, wanted: unknown, seen: unknown, parts: FieldParts): boolean {
  const { before } = parts.want;
  if (before === undefined || !Object.hasOwn(before, name)) return false;
  const was = before[name];
  return JSON.stringify(was) === JSON.stringify(seen) && compare(name, wanted, was, parts) !== "same";
}

function told(name: string, wanted: unknown, seen: unknown): string {
  return `${name} is ${shown(name, seen)}, planned ${shown(name, wanted)}`;
}

function shown(name: string, value: unknown): string {
  if (value === undefined || value === null) return "not set";
  if (SECRET.test(name)) return "another";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
