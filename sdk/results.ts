/**
 * How a column's values are shown; values stay plain numbers and strings in the data. `percent` takes
 * a fraction (0.25 shows as 25%), `time` seconds since the epoch.
 */
export type Unit = "bytes" | "percent" | "seconds" | "time" | "count" | "text";

/** A column of a list: the key of the row, its unit, and a title where the key is not clear. */
export interface Column {
  readonly key: string;
  readonly unit?: Unit;
  readonly title?: string;
}

/** A row of a list; absent values are shown empty. */
export type Row = Readonly<Record<string, string | number | boolean | undefined>>;

const RESULT = Symbol.for("proxmox-mcp.result");

/** A list: counts first, then one compact table. */
export interface ListResult {
  readonly [RESULT]: "list";
  /** What is listed, plural: `VMs`, `nodes`, `tasks`. */
  readonly of: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
  /** How many there are in all, where `rows` is only a part. */
  readonly total?: number;
  /** Counts by field, shown before the table: `{ status: { running: 3 } }`. */
  readonly counts?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** What could not be seen, and why. */
  readonly unseen?: readonly string[];
  /** A remark after the table, such as how to get the rest. */
  readonly note?: string;
}

/** A single object: `fields` in order of interest; empty ones are left out. */
export interface RecordResult {
  readonly [RESULT]: "record";
  /** What it is: `VM 100 (web1) on pve1`. */
  readonly title: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly units?: Readonly<Record<string, Unit>>;
  readonly unseen?: readonly string[];
  readonly note?: string;
}

/** Text that came from outside (a log, a guest): marked as data, never as instruction. */
export interface TextResult {
  readonly [RESULT]: "text";
  readonly title: string;
  /** Where the text came from: `task log`, `guest agent`. */
  readonly source: string;
  readonly text: string;
  readonly note?: string;
}

/** What a read tool returns. */
export type ToolResult = ListResult | RecordResult | TextResult;

/** Makes a {@link ListResult}. */
export function list(parts: Omit<ListResult, typeof RESULT>): ListResult {
  return { [RESULT]: "list", ...parts };
}

/** Makes a {@link RecordResult}. */
export function record(parts: Omit<RecordResult, typeof RESULT>): RecordResult {
  return { [RESULT]: "record", ...parts };
}

/** Makes a {@link TextResult}. */
export function text(parts: Omit<TextResult, typeof RESULT>): TextResult {
  return { [RESULT]: "text", ...parts };
}

/** Which kind of result this is; undefined for anything a tool must not return. */
export function resultKind(value: unknown): "list" | "record" | "text" | undefined {
  if (typeof value !== "object" || value === null || !(RESULT in value)) return undefined;
  const kind: unknown = value[RESULT];
  return kind === "list" || kind === "record" || kind === "text" ? kind : undefined;
}

/** Counts rows by the value of one key. */
export function countBy<T>(
  items: readonly T[],
  key: (item: T) => string | undefined,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    const value = key(item) ?? "unknown";
    counts[value] = (counts[value] ?? 0) + 1;
  }
  return counts;
}
