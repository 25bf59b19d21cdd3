/** A time as a calendar event gives it: sets of numbers, undefined where any will do. */
export interface CalendarEvent {
  /** From 0 for Sunday. */
  readonly weekdays: ReadonlySet<number> | undefined;
  readonly years: NumberTest;
  readonly months: NumberTest;
  readonly days: NumberTest;
  readonly hours: NumberTest;
  readonly minutes: NumberTest;
  readonly seconds: NumberTest;
  readonly utc: boolean;
}

/** Whether a number is one of those meant. */
export type NumberTest = (value: number) => boolean;

const DAY_NAMES = [
  ["sun", "sunday"],
  ["mon", "monday"],
  ["tue", "tues", "tuesday"],
  ["wed", "wednesday"],
  ["thu", "thur", "thurs", "thursday"],
  ["fri", "friday"],
  ["sat", "saturday"],
];

const SHORT: Readonly<Record<string, string>> = {
  minutely: "*-*-* *:*:00",
  hourly: "*-*-* *:00:00",
  daily: "*-*-* 00:00:00",
  weekly: "mon *-*-* 00:00:00",
  monthly: "*-*-01 00:00:00",
  quarterly: "*-01,04,07,10-01 00:00:00",
  semiannually: "*-01,07-01 00:00:00",
  "semi-annually": "*-01,07-01 00:00:00",
  yearly: "*-01-01 00:00:00",
  annually: "*-01-01 00:00:00",
};

const ANY: NumberTest = () => true;
const ZERO: NumberTest = (value) => value === 0;

/** Reads a calendar event; undefined where it is none. (proxmox, proxmox-time/src/calendar_event.rs) */
export function parseCalendarEvent(text: string): CalendarEvent | undefined {
  const words = text.trim().toLowerCase().split(/\s+/);
  const short = words.length === 1 ? SHORT[words[0] ?? ""] : undefined;
  if (short !== undefined) return parseCalendarEvent(short);
  const utc = words.length > 1 && words.at(-1) === "utc";
  if (utc) words.pop();
  const weekdays = /^[a-z]/.test(words[0] ?? "") ? parseDays(words.shift() ?? "") : undefined;
  if (weekdays === null) return undefined;
  const date = words[0]?.includes("-") === true ? parseDate(words.shift() ?? "") : [ANY, ANY, ANY];
  const time = words.length === 0 ? [ZERO, ZERO, ZERO] : parseTime(words.shift() ?? "");
  if (date === undefined || time === undefined || words.length > 0 || text.trim() === "") return undefined;
  const [years = ANY, months = ANY, days = ANY] = date;
  const [hours = ANY, minutes = ANY, seconds = ZERO] = time;
  return { weekdays, years, months, days, hours, minutes, seconds, utc };
}

/** Null where the days are wrong. */
function parseDays(text: string): ReadonlySet<number> | null {
  const found = new Set<number>();
  for (const item of text.split(",")) {
    const [first = "", last] = item.split("..");
    const begin = DAY_NAMES.findIndex((names) => names.includes(first));
    const end = last === undefined ? begin : DAY_NAMES.findIndex((names) => names.includes(last));
    if (begin < 0 || end < 0) return null;
    for (let day = begin; ; day = (day + 1) % 7) {
      found.add(day);
      if (day === end) break;
    }
  }
  return found;
}

function parseDate(text: string): readonly NumberTest[] | undefined {
  const parts = text.split("-");
  if (parts.length < 2 || parts.length > 3) return undefined;
  const [year, month, day] = parts.length === 3 ? parts : ["*", ...parts];
  return all([numbers(year, 1970, 2200), numbers(month, 1, 12), numbers(day, 1, 31)]);
}

/** A lone number or list is about minutes. */
function parseTime(text: string): readonly NumberTest[] | undefined {
  const parts = text.split(":");
  if (parts.length > 3) return undefined;
  const [hour, minute, second = "0"] = parts.length === 1 ? ["*", ...parts] : parts;
  return all([numbers(hour, 0, 23), numbers(minute, 0, 59), numbers(second, 0, 59)]);
}

function all(tests: readonly (NumberTest | undefined)[]): readonly NumberTest[] | undefined {
  const known = tests.filter((test) => test !== undefined);
  return known.length === tests.length ? known : undefined;
}

/** `*`, `5`, `1..7`, `0/15`, `8..17/2`, and lists of them. */
function numbers(text: string | undefined, low: number, high: number): NumberTest | undefined {
  const tests: NumberTest[] = [];
  for (const item of (text ?? "").split(",")) {
    const match = /^(?:(\*)|(\d+)(?:\.\.(\d+))?)(?:\/(\d+))?$/.exec(item);
    if (match === null) return undefined;
    const [, star, first, last, step] = match;
    const begin = star === undefined ? Number(first) : low;
    const only = star === undefined && last === undefined && step === undefined;
    const end = last === undefined ? (only ? begin : high) : Number(last);
    const stride = Number(step ?? 1);
    if (begin < low || end > high || begin > end || stride === 0) return undefined;
    tests.push((value) => value >= begin && value <= end && (value - begin) % stride === 0);
  }
  return (value) => tests.some((test) => test(value));
}
