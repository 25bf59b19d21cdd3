import { rowsOf } from "./answers.ts";
import type { ScenarioRun, ToolAnswer } from "./scenario.ts";
import { steadily } from "./steady.ts";

type Point = Readonly<Record<string, number | null | undefined>>;

/** A node notes a point a minute; the first of a new guest is there after two at most. */
const FIRST_POINT_MINUTES = 3;

/** A figure as the tool names it, its key in the points, what a value is multiplied with, and the key of its limit. */
interface Figure {
  readonly figure: string;
  readonly key: string;
  readonly unit: string;
  readonly factor: number;
  readonly limit?: string;
}

const FIGURES: readonly Figure[] = [
  { figure: "cpu", key: "cpu", unit: "%", factor: 100 },
  { figure: "memory", key: "mem", unit: "MiB", factor: 2 ** -20, limit: "maxmem" },
];

/**
 * Holds a tool that sums up what a node has recorded of a running guest against the points themselves.
 * `path` is the guest's in the API.
 */
export async function sumsUpPoints(
  t: Pick<ScenarioRun, "ok" | "cluster" | "expect">,
  tool: string,
  { vmid, path }: { readonly vmid: number; readonly path: string },
): Promise<void> {
  const url = `${path}/rrddata?timeframe=hour`;
  await t.cluster.inMinutes<readonly Point[]>(
    url,
    (points) => points.some(({ cpu }) => (cpu ?? 0) > 0),
    "a point is recorded",
    FIRST_POINT_MINUTES,
  );
  const { seen: points, answer } = await steadily<readonly Point[], ToolAnswer>(t.cluster, url, () =>
    t.ok(tool, { vmid, timeframe: "hour" }),
  );
  const rows = rowsOf(answer).filter(({ figure }) => FIGURES.some((one) => one.figure === figure));
  t.expect.equal(
    rows,
    FIGURES.map((figure) => rowFrom(points, figure)),
    "the figures",
  );
  t.expect.match(answer.text, `${points.length} points`, "how many points");
}

function rowFrom(points: readonly Point[], { figure, key, unit, factor, limit }: Figure): object {
  const values = points.flatMap((point) => point[key] ?? []).map((value) => value * factor);
  const most = limit === undefined ? undefined : points.findLast((point) => point[limit] != null)?.[limit];
  return {
    ...{ figure, unit },
    last: rounded(values.at(-1) ?? Number.NaN),
    average: rounded(values.reduce((sum, value) => sum + value, 0) / values.length),
    lowest: rounded(Math.min(...values)),
    highest: rounded(Math.max(...values)),
    ...(most == null ? {} : { limit: rounded(most * factor) }),
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
