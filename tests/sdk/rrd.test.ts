import { describe, expect, test } from "@jest/globals";
import { pendingRows } from "../../sdk/pending.ts";
import { rrdSummary } from "../../sdk/rrd.ts";

describe("figures over a time", () => {
  test("are summed up one a line, in a unit that is told", () => {
    const { rows, note } = rrdSummary([
      { time: 0, maxmem: 2 ** 30, cpu: 0.1, mem: 2 ** 28, netin: 2048 },
      { time: 60, maxmem: 2 ** 30 },
      { time: 120, maxmem: 2 ** 30, cpu: 0.3, mem: 2 ** 29, netin: null },
    ]);
    expect(rows).toEqual([
      { figure: "cpu", unit: "%", last: 30, average: 20, lowest: 10, highest: 30, limit: undefined },
      { figure: "memory", unit: "MiB", last: 512, average: 384, lowest: 256, highest: 512, limit: 1024 },
      { figure: "network in", unit: "KiB/s", last: 2, average: 2, lowest: 2, highest: 2, limit: undefined },
    ]);
    expect(note).toBe(
      "From 1970-01-01T00:00:00Z to 1970-01-01T00:02:00Z, 3 points; 1 of them without load, as nothing ran or was recorded.",
    );
  });

  test("may come as text, or not at all", () => {
    expect(rrdSummary([{ time: "60", cpu: "0.5" }]).rows).toMatchObject([{ figure: "cpu", last: 50 }]);
    expect(rrdSummary([])).toEqual({ rows: [], note: "No points are recorded for that time." });
  });
});

test("options that are in force are not pending", () => {
  expect(
    pendingRows([
      { key: "cores", value: 2 },
      { key: "memory", value: "512", pending: 1024 },
      { key: "bios", pending: "ovmf" },
      { key: "net1", value: "virtio", delete: 1 },
      { key: "net2", value: "virtio", delete: 0 },
    ]),
  ).toEqual([
    { option: "memory", present: "512", pending: "1024", removed: undefined },
    { option: "bios", present: undefined, pending: "ovmf", removed: undefined },
    { option: "net1", present: "virtio", pending: undefined, removed: true },
  ]);
});
