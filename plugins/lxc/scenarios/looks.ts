import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aContainer } from "./cluster.ts";

interface Pending {
  readonly key: string;
  readonly pending?: unknown;
  readonly delete?: number;
}

interface Point {
  readonly cpu?: number;
  readonly maxmem?: number;
}

export const lookScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_lxc_pending",
    title: "shows what waits for the next start, and nothing else",
    access: "write",
    async run(t) {
      const { vmid, path } = await aContainer(t, "running");
      await t.ok("proxmox_lxc_update_config", { vmid, cmode: "shell", delete: ["onboot"], tty: 1 });
      const lines = await t.cluster.get<readonly Pending[]>(`${path}/pending`);
      const waiting = lines.filter((line) => line.pending !== undefined || (line.delete ?? 0) > 0);
      t.expect.that(waiting.length > 0, "something waits");
      const { data } = await t.ok("proxmox_lxc_pending", { vmid });
      // The client has held the data against the tool's result schema.
      const { rows } = data as { rows: { option: string; pending?: string }[] };
      t.expect.equal(
        rows.map(({ option, pending }) => [option, pending]).sort(),
        waiting.map(({ key, pending }) => [key, pending === undefined ? undefined : String(pending)]).sort(),
        "the options",
      );
      await t.refused("proxmox_lxc_pending", { vmid: 999_999_999 }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_lxc_rrd",
    title: "sums up what the node has recorded",
    async run(t) {
      const { vmid, path } = await aContainer(t, "running");
      const points = await t.cluster.get<readonly Point[]>(`${path}/rrddata?timeframe=hour`);
      const { data, text } = await t.ok("proxmox_lxc_rrd", { vmid, timeframe: "hour" });
      // The client has held the data against the tool's result schema.
      const { rows } = data as { rows: { figure: string; last: number; limit?: number }[] };
      const cpu = points.findLast((point) => point.cpu !== undefined)?.cpu ?? Number.NaN;
      const maxmem = points.at(-1)?.maxmem ?? Number.NaN;
      t.expect.equal(
        rows.find(({ figure }) => figure === "cpu")?.last,
        Math.round(cpu * 10_000) / 100,
        "cpu",
      );
      t.expect.equal(
        rows.find(({ figure }) => figure === "memory")?.limit,
        maxmem / 2 ** 20,
        "the memory it has",
      );
      t.expect.match(text, `${points.length} points`, "how many points");
      await t.refused("proxmox_lxc_rrd", { vmid, timeframe: "decade" }, "invalid_input");
    },
  }),
];
