import { becomes, rowsOf, type Scenario, scenario, sumsUpPoints } from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const PENDING = "proxmox_lxc_pending";
const RRD = "proxmox_lxc_rrd";
const UPDATE = "proxmox_lxc_update_config";

interface Line {
  readonly key: string;
  readonly value?: unknown;
  readonly pending?: unknown;
  readonly delete?: number;
}

/** A line as the tool shows it: options that nothing was said of before are told as their values' text. */
function shownLine({ key, value, pending, delete: removed = 0 }: Line): readonly unknown[] {
  const text = (one: unknown) => (one === undefined ? undefined : String(one));
  return [key, text(value), text(pending), removed > 0 ? true : undefined];
}

export const lookScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: PENDING,
    title: "shows what waits for the next start, and nothing else",
    access: "write",
    async run(t) {
      const { vmid, path } = await t.make.container("running", { tty: "1", console: "1" });
      await becomes(t, { path }, "running");
      t.expect.equal(rowsOf(await t.ok(PENDING, { vmid })), [], "nothing waits yet");
      await t.ok(UPDATE, { vmid, cmode: "shell", tty: 2, delete: ["console"] });
      const lines = await t.cluster.get<readonly Line[]>(`${path}/pending`);
      const waiting = lines.filter((line) => line.pending !== undefined || (line.delete ?? 0) > 0);
      t.expect.equal(waiting.map(({ key }) => key).sort(), ["cmode", "console", "tty"], "what waits");
      const rows = rowsOf(await t.ok(PENDING, { vmid }));
      t.expect.equal(
        rows.map(({ option, present, pending, removed }) => [option, present, pending, removed]).sort(),
        waiting.map(shownLine).sort(),
        "the options",
      );
      await t.refused(PENDING, { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    ...MADE,
    tool: RRD,
    title: "sums up what the node has recorded",
    async run(t) {
      const container = await t.make.container("running");
      await sumsUpPoints(t, RRD, container);
      await t.refused(RRD, { vmid: container.vmid, timeframe: "decade" }, "invalid_input");
    },
  }),
];
