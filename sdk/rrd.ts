import { type Listing, listing } from "./listing.ts";
import type { Row } from "./results.ts";

/** One point of what an `rrddata` endpoint answers; a figure is missing where nothing ran. */
export type RrdPoint = Readonly<Record<string, number | string | null | undefined>>;

/** A figure: its key in the points, how it is told, and the key of the most that it can reach. */
interface Figure {
  readonly key: string;
  readonly as: string;
  readonly unit: string;
  /** What a value is multiplied with to be of that unit. */
  readonly factor: number;
  readonly limit?: string;
}

const MIB = 2 ** -20;
const KIB = 2 ** -10;

const FIGURES: readonly Figure[] = [
  { key: "cpu", as: "cpu", unit: "%", factor: 100 },
  { key: "iowait", as: "iowait", unit: "%", factor: 100 },
  { key: "loadavg", as: "load", unit: "", factor: 1 },
  { key: "mem", as: "memory", unit: "MiB", factor: MIB, limit: "maxmem" },
  { key: "memhost", as: "memory on the node", unit: "MiB", factor: MIB },
  { key: "memused", as: "memory", unit: "MiB", factor: MIB, limit: "memtotal" },
  { key: "swapused", as: "swap", unit: "MiB", factor: MIB, limit: "swaptotal" },
  { key: "disk", as: "disk", unit: "MiB", factor: MIB, limit: "maxdisk" },
  { key: "rootused", as: "root disk", unit: "MiB", factor: MIB, limit: "roottotal" },
  { key: "netin", as: "network in", unit: "KiB/s", factor: KIB },
  { key: "netout", as: "network out", unit: "KiB/s", factor: KIB },
  { key: "diskread", as: "disk read", unit: "KiB/s", factor: KIB },
  { key: "diskwrite", as: "disk write", unit: "KiB/s", factor: KIB },
  { key: "pressurecpusome", as: "waits for cpu", unit: "%", factor: 1 },
  { key: "pressureiosome", as: "waits for disks", unit: "%", factor: 1 },
  { key: "pressurememorysome", as: "waits for memory", unit: "%", factor: 1 },
];

/** A list of figures over a time, one a line; the numbers are of the line's unit. */
export const RRD: Listing = listing({
  of: "figures",
  columns: [
    { key: "figure" },
    { key: "unit" },
    { key: "last", type: "number" },
    { key: "average", type: "number" },
    { key: "lowest", type: "number" },
    { key: "highest", type: "number" },
    { key: "limit", type: "number" },
  ],
});

/** Rows of {@link RRD}, and what time they tell of. */
export function rrdSummary(points: readonly RrdPoint[]): {
  readonly rows: readonly Row[];
  readonly note: string;
} {
  const rows = FIGURES.flatMap((figure) => {
    const values = valuesOf(points, figure.key).map((value) => value * figure.factor);
    const last = values.at(-1);
    if (last === undefined) return [];
    const limit = figure.limit === undefined ? undefined : valuesOf(points, figure.limit).at(-1);
    return [
      {
        figure: figure.as,
        unit: figure.unit,
        last: rounded(last),
        average: rounded(values.reduce((sum, value) => sum + value, 0) / values.length),
        lowest: rounded(Math.min(...values)),
        highest: rounded(Math.max(...values)),
        limit: limit === undefined ? undefined : rounded(limit * figure.factor),
      },
    ];
  });
  return { rows, note: spanOf(points) };
}

function valuesOf(points: readonly RrdPoint[], key: string): readonly number[] {
  return points.flatMap((point) => {
    const value = point[key];
    // Numbers may come as text; a gap comes as null, or not at all.
    const number = value === null || value === undefined || value === "" ? Number.NaN : Number(value);
    return Number.isFinite(number) ? [number] : [];
  });
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function spanOf(points: readonly RrdPoint[]): string {
  const times = valuesOf(points, "time");
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return "No points are recorded for that time.";
  const silent = points.length - valuesOf(points, "cpu").length;
  const told = silent > 0 ? `; ${silent} of them without load, as nothing ran or was recorded` : "";
  return `From ${iso(first)} to ${iso(last)}, ${points.length} points${told}.`;
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z$/, "Z");
}
