import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { markGroup, type Prunable, parseRetention } from "../../../../sdk/lab/backup/retention.ts";

const DAY = 86_400;
const times = fc.uniqueArray(fc.integer({ min: 1_600_000_000, max: 1_600_000_000 + 900 * DAY }), {
  maxLength: 40,
});

function marked(ctimes: readonly number[], retention: string): Map<number, Prunable["mark"]> {
  const group: Prunable[] = ctimes.map((ctime) => ({ ctime, mark: undefined }));
  markGroup(group, parseRetention(retention));
  return new Map(group.map(({ ctime, mark }) => [ctime, mark]));
}

describe("retention", () => {
  test("keeps the last as many, and removes the rest", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 10 }), (ctimes, count) => {
        const marks = marked(ctimes, `keep-last=${count}`);
        const newest = [...ctimes].sort((a, b) => b - a);
        for (const [index, ctime] of newest.entries())
          expect(marks.get(ctime)).toBe(index < count ? "keep" : "remove");
      }),
    );
  });

  test("keeps one backup a day, the newest, for as many days as there are backups of", () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 10 }), (ctimes, count) => {
        const marks = marked(ctimes, `keep-daily=${count}`);
        const byDay = new Map<number, number>();
        for (const ctime of ctimes) {
          const day = Math.floor(ctime / DAY);
          byDay.set(day, Math.max(byDay.get(day) ?? 0, ctime));
        }
        const kept = [...byDay].sort(([a], [b]) => b - a).slice(0, count);
        const expected = new Set(kept.map(([, ctime]) => ctime));
        for (const ctime of ctimes) expect(marks.get(ctime)).toBe(expected.has(ctime) ? "keep" : "remove");
      }),
    );
  });

  test("counts what a shorter period keeps already as kept", () => {
    const day = (offset: number) => Date.UTC(2026, 0, 20) / 1000 - offset * DAY;
    const marks = marked([day(0), day(0) + 60, day(1), day(2), day(3)], "keep-last=1,keep-daily=2");
    expect(marks.get(day(0) + 60)).toBe("keep");
    expect([0, 1, 2, 3].map((offset) => marks.get(day(offset)))).toEqual([
      "remove",
      "keep",
      "keep",
      "remove",
    ]);
  });

  test("of weeks goes by the week of the ISO calendar", () => {
    const at = (date: string) => Date.parse(`${date}T12:00:00Z`) / 1000;
    const marks = marked(
      [at("2024-12-29"), at("2024-12-30"), at("2025-01-05"), at("2025-01-06")],
      "keep-weekly=2",
    );
    expect(
      ["2024-12-29", "2024-12-30", "2025-01-05", "2025-01-06"].map((date) => marks.get(at(date))),
    ).toEqual(["remove", "remove", "keep", "keep"]);
  });

  test("without any count keeps everything", () => {
    fc.assert(
      fc.property(times, fc.constantFrom("keep-all=1", "keep-last=0", "keep-all=0"), (ctimes, text) => {
        for (const mark of marked(ctimes, text).values()) expect(mark).toBe("keep");
      }),
    );
  });
});
