/**
 * How a column's values are shown; values stay plain numbers and strings in the data. `percent` takes
 * a fraction (0.25 shows as 25%), `time` seconds since the epoch.
 */
export type Unit = "bytes" | "percent" | "seconds" | "time" | "count" | "text";

/** JSON type of a column's values. */
export type ColumnType = "string" | "integer" | "number" | "boolean" | "object" | "array";

/** A column of a list or a field of a record: its key, how it is shown, and a title where the key is not clear. */
export interface Column {
  readonly key: string;
  readonly unit?: Unit;
  readonly title?: string;
  /** Type of the values; text where left out, a number where there is a unit. */
  readonly type?: ColumnType;
  /** Shown only where the caller's `fields` name it. */
  readonly optional?: true;
}

/**
 * How a caller wants a list. The kernel filters, sorts, counts and pages by it; a tool only hands it on.
 * `filter` and `sort` go by keys of the rows, `fields` by keys of the columns.
 */
export interface ListView {
  readonly filter?: Readonly<Record<string, string>>;
  readonly fields?: readonly string[];
  /** A key; with `-` before it from the highest down. */
  readonly sort?: string;
  readonly limit?: number;
  /** Where the next page begins, from the answer before. */
  readonly cursor?: string;
  /** Keep every row that passes the filter as an artifact besides. */
  readonly artifact?: boolean;
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
  /** All there are; they may hold more keys than there are columns, to filter and count by. */
  readonly rows: readonly Row[];
  /** Which part the caller wants; left out, as many rows as fit are shown in the order given. */
  readonly view?: ListView;
  /** Keys that together name a row; the first column's where left out. */
  readonly id?: readonly string[];
  /** Order where the view has none: a key, with `-` before it from the highest down; by `id` where left out. */
  readonly sort?: string;
  /** Keys whose values are counted before the table. */
  readonly counted?: readonly string[];
  /** What could not be seen, and why. */
  readonly unseen?: readonly string[];
  /** A remark after the table. */
  readonly note?: string;
}

/** A single object: `fields` in order of interest; what is empty or a default is left out. */
export interface RecordResult {
  readonly [RESULT]: "record";
  /** What it is: `VM 100 (web1) on pve1`. */
  readonly title: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly units?: Readonly<Record<string, Unit>>;
  /** Values that say nothing, by field; those of an object's fields in an object of their own. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Only these, even where empty or a default; a field of an object as `config.cores`. */
  readonly asked?: readonly string[];
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
