/** How many backups to keep: `keep-last`, `keep-daily`, …, or `keep-all`. */
export type Retention = ReadonlyMap<string, number>;

/** A backup as pruning sees it; `mark` is set by {@link markGroup}. */
export interface Prunable {
  /** Seconds since the epoch. */
  readonly ctime: number;
  mark: "keep" | "remove" | "protected" | "renamed" | undefined;
}

/** Reads `keep-last=3,keep-daily=7`. */
export function parseRetention(text: string): Retention {
  const found = new Map<string, number>();
  for (const part of text.split(",")) {
    const [name = "", value = ""] = part.split("=");
    if (name === "") continue;
    found.set(name.trim(), /^(?:yes|on|true)$/i.test(value) ? 1 : Number(value) || 0);
  }
  return found;
}

/** Whether nothing is to be removed. */
export function keepsAll(retention: Retention): boolean {
  return retention.get("keep-all") === 1 || ![...retention.values()].some((count) => count > 0);
}

/** The retention as logs show it. */
export function showRetention(retention: Retention): string {
  return [...retention]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name}=${count}`)
    .join(", ");
}

/** From the shortest period to the longest; each gives the period that a time lies in. */
const PERIODS: readonly (readonly [string, (date: Date) => string])[] = [
  ["keep-last", (date) => String(date.getTime())],
  ["keep-hourly", (date) => date.toISOString().slice(0, 13)],
  ["keep-daily", (date) => date.toISOString().slice(0, 10)],
  ["keep-weekly", isoWeek],
  ["keep-monthly", (date) => date.toISOString().slice(0, 7)],
  ["keep-yearly", (date) => date.toISOString().slice(0, 4)],
];

/**
 * Marks the backups of one guest: each option keeps the newest of as many periods, and does not
 * count what a shorter one keeps already. What is marked before, as protected, stays so.
 */
export function markGroup(group: readonly Prunable[], retention: Retention): void {
  if (keepsAll(retention)) {
    for (const entry of group) entry.mark ??= "keep";
    return;
  }
  const newestFirst = [...group].sort((a, b) => b.ctime - a.ctime);
  for (const [option, periodOf] of PERIODS) {
    const count = retention.get(option) ?? 0;
    if (count > 0) markPeriods(newestFirst, count, ({ ctime }) => periodOf(new Date(ctime * 1000)));
  }
  for (const entry of group) entry.mark ??= "remove";
}

function markPeriods(
  newestFirst: readonly Prunable[],
  count: number,
  periodOf: (entry: Prunable) => string,
): void {
  const covered = new Set(newestFirst.filter(({ mark }) => mark === "keep").map(periodOf));
  const added = new Set<string>();
  for (const entry of newestFirst) {
    const period = periodOf(entry);
    if (entry.mark !== undefined || covered.has(period)) continue;
    if (added.has(period)) {
      entry.mark = "remove";
      continue;
    }
    if (added.size >= count) return;
    added.add(period);
    entry.mark = "keep";
  }
}

/** Year and week that a day belongs to, the week being that of its Thursday. */
function isoWeek(date: Date): string {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const start = Date.UTC(thursday.getUTCFullYear(), 0, 1);
  const week = Math.ceil(((thursday.getTime() - start) / 86_400_000 + 1) / 7);
  return `${week}/${thursday.getUTCFullYear()}`;
}
