import { paramSchema } from "../../vendor/pve-docs/index.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { asSchema, isPlainObject } from "../call/json-schema.ts";
import { judgeDisk, judgeStorage } from "./disks.ts";
import { judgeField, judgeGone } from "./fields.ts";
import { judgeMembers, judgeRow } from "./rows.ts";
import type { Fields, Finding, Values, Want, WantedFields } from "./types.ts";

/** What judging needs besides the answer. */
export interface JudgeParts {
  readonly catalog: Catalog;
  /** VMIDs of the guests that this account sees; asked for only where one is missed. */
  readonly visible: () => Promise<ReadonlySet<number>>;
}

/** What of the wanted is not found in the answer of a read that worked; empty where all is as planned. */
export async function judge(want: Want, answer: unknown, parts: JudgeParts): Promise<readonly Finding[]> {
  switch (want.is) {
    case "absent":
      return [{ state: "not_applied", detail: "it is still there" }];
    case "present":
      return [];
    case "status":
      return judgeStatus(want.status, asSchema(answer));
    case "listed":
      return judgeRow(want, answer);
    case "members":
      return judgeMembers(want, answer, parts.visible);
    case "marks":
      return judgeMarks(want.names, want.only === true, asSchema(answer));
    case "disk":
      return judgeDisk(want, answer);
    case "rewritten":
      return judgeDigest(want.digest, asSchema(answer));
    case "fields":
      return judgeFields(want, answer, parts.catalog);
  }
}

function judgeStatus(wanted: "running" | "stopped" | "paused", answer: Values): readonly Finding[] {
  const { status, qmpstatus } = answer;
  if (typeof status !== "string") return [{ state: "not_checked", detail: "no status was answered" }];
  const is = status === "running" && qmpstatus === "paused" ? "paused" : status;
  if (is === wanted) return [];
  return [{ state: "not_applied", detail: `it is ${is}, planned ${wanted}` }];
}

function judgeMarks(names: readonly string[], only: boolean, answer: Values): readonly Finding[] {
  const marked = Object.keys(answer).filter((name) => Number(answer[name]) === 1);
  const missing = names.filter((name) => !marked.includes(name));
  const more = only ? marked.filter((name) => !names.includes(name)) : [];
  return [
    ...missing.map((name): Finding => ({ state: "not_applied", detail: `${name} is not among them` })),
    ...more.map((name): Finding => ({ state: "not_applied", detail: `${name} is still among them` })),
  ];
}

function judgeDigest(before: string, { digest }: Values): readonly Finding[] {
  if (typeof digest !== "string") return [];
  return digest === before ? [{ state: "not_applied", detail: "the file is as it was before" }] : [];
}

/** Answers with fields come as an object, as one row of a list, or as the rows of what is pending. */
function judgeFields(want: WantedFields, answer: unknown, catalog: Catalog): readonly Finding[] {
  const endpoint = catalog.endpoint(want.by);
  const fields = fieldsOf(answer);
  if (fields === undefined) return [{ state: "not_checked", detail: "its answer has no fields" }];
  // Without Sys.Audit the options are answered in part; the description is in every whole answer.
  if (want.by === "PUT /cluster/options" && !Object.hasOwn(fields.now, "description")) {
    return [{ state: "not_checked", detail: "the account sees only a part of the options" }];
  }
  const set = Object.entries(want.set).flatMap(([name, value]) =>
    judgeField(name, value, { schema: endpoint && paramSchema(endpoint, name), fields, want }),
  );
  const gone = want.gone.flatMap((name) => judgeGone(name, fields, want));
  const stray = want.onStorage === undefined ? [] : judgeStorage(want.onStorage, fields.now);
  return [...set, ...gone, ...stray];
}

/** The fields in an answer, whatever its shape; undefined where it has none. */
export function fieldsOf(answer: unknown): Fields | undefined {
  if (Array.isArray(answer)) {
    const rows = answer.filter(isPlainObject);
    if (rows.some((row) => typeof row.key === "string")) return pendingFields(rows);
    return rows.length === 1 && rows[0] !== undefined
      ? { now: rows[0], pending: {}, leaving: new Set() }
      : undefined;
  }
  return isPlainObject(answer) ? { now: answer, pending: {}, leaving: new Set() } : undefined;
}

function pendingFields(rows: readonly Values[]): Fields {
  const now: Record<string, unknown> = {};
  const pending: Record<string, unknown> = {};
  const leaving = new Set<string>();
  for (const { key, value, pending: next, delete: removal } of rows) {
    if (typeof key !== "string") continue;
    if (value !== undefined) now[key] = value;
    if (next !== undefined) pending[key] = next;
    if (removal !== undefined && Number(removal) > 0) leaving.add(key);
  }
  return { now, pending, leaving };
}
