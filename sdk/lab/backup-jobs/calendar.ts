import { type CalendarEvent, parseCalendarEvent } from "../../../vendor/pve-docs/index.ts";

const DAY = 86_400;
/** How far to look for the next time: leap days come round within these days. */
const FARTHEST = 366 * 9;

/** The first time after `after` that a calendar event means; undefined where there is none. Seconds since the epoch. */
export function nextEvent(text: string, after: number): number | undefined {
  const event = parseCalendarEvent(text);
  if (event === undefined) return undefined;
  const today = after - (after % DAY);
  for (let day = today; day < today + FARTHEST * DAY; day += DAY) {
    if (!isOn(event, new Date(day * 1000))) continue;
    const second = secondOf(event, day === today ? after - today + 1 : 0);
    if (second !== undefined) return day + second;
  }
  return undefined;
}

function isOn({ weekdays, years, months, days }: CalendarEvent, date: Date): boolean {
  if (weekdays?.has(date.getUTCDay()) === false) return false;
  return years(date.getUTCFullYear()) && months(date.getUTCMonth() + 1) && days(date.getUTCDate());
}

/** The first second of a day that is meant, from the given one on. */
function secondOf({ hours, minutes, seconds }: CalendarEvent, from: number): number | undefined {
  for (let second = from; second < DAY; second++) {
    if (!hours(Math.floor(second / 3600))) second += 3599 - (second % 3600);
    else if (!minutes(Math.floor(second / 60) % 60)) second += 59 - (second % 60);
    else if (seconds(second % 60)) return second;
  }
  return undefined;
}
