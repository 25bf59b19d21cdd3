import {
  fieldsOf,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";

type Line = Readonly<Record<string, unknown>>;

const GET = "proxmox_cluster_options_get";
const UPDATE = "proxmox_cluster_options_update";
const NEXT = "proxmox_vmid_next";
const LOG = "proxmox_cluster_log";

function optionsOn(t: ScenarioRun): Promise<Line> {
  return t.cluster.get<Line>("/cluster/options");
}

/** Why a scenario stays away from a real cluster. */
const OF_ALL = "options of a real cluster are not changed: everybody there relies on them";

/** Entries of the log that are asked for. */
const MOST = 200;

/** Words for what syslog numbers. */
const PRIORITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const;

interface LogEntry extends Shown {
  readonly time: number;
  readonly node: string;
  readonly user: string;
  readonly msg: string;
  readonly pri: number;
  readonly tag: string;
  readonly pid: number;
}

export const optionScenarios: readonly Scenario[] = [
  scenario({
    tool: GET,
    title: "shows the options as they are",
    async run(t) {
      const { http_proxy: _proxy, ...options } = await optionsOn(t);
      const { http_proxy: _shown, ...fields } = fieldsOf(await t.ok(GET));
      t.expect.equal(
        fields,
        Object.fromEntries(Object.entries(options).filter(([, value]) => value !== "")),
        "the options",
      );
      await t.refused(GET, { keyboard: "de" }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows the options, without the login of a proxy",
    live: OF_ALL,
    access: "write",
    async run(t) {
      await t.ok(UPDATE, {
        http_proxy: "http://someone:hidden-word@proxy.example:3128",
        keyboard: "de",
        migration: "type=secure,network=192.0.2.0/24",
      });
      const answer = await t.ok(GET);
      const { http_proxy, ...fields } = fieldsOf(answer);
      t.expect.equal(http_proxy, "http://proxy.example:3128", "the proxy");
      t.expect.that(!answer.text.includes("hidden-word"), "its login is not shown");
      const { http_proxy: _proxy, ...options } = await optionsOn(t);
      t.expect.equal(
        fields,
        Object.fromEntries(Object.entries(options).filter(([, value]) => value !== "")),
        "the other options",
      );
      t.expect.equal(
        fieldsOf(await t.ok(GET, { fields: ["keyboard"] })),
        { keyboard: "de" },
        "the option that was asked for",
      );
      await t.refused(GET, { keyboard: "de" }, "invalid_input");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "sets and deletes options",
    live: OF_ALL,
    async run(t) {
      await t.ok(UPDATE, { keyboard: "de", dryRun: true });
      t.expect.that(!("keyboard" in (await optionsOn(t))), "a dry run sets nothing");
      const given = {
        keyboard: "de",
        description: "a = b; ü & 100%",
        "next-id": "lower=500,upper=600",
        max_workers: 3,
      };
      await t.ok(UPDATE, given);
      const set = await optionsOn(t);
      t.expect.equal(
        [set.keyboard, String(set.description).trim()],
        ["de", given.description],
        "two options",
      );
      t.expect.equal(Number(set.max_workers), 3, "the workers");
      const range = set["next-id"] as { readonly lower: unknown; readonly upper: unknown };
      t.expect.equal([Number(range.lower), Number(range.upper)], [500, 600], "the range of VMIDs");
      await t.ok(UPDATE, { delete: ["keyboard", "next-id"] });
      const left = await optionsOn(t);
      t.expect.that(!("keyboard" in left) && !("next-id" in left), "the options are gone");
      t.expect.equal(Number(left.max_workers), 3, "the option that was kept");
      await t.refused(UPDATE, {}, "invalid_input");
      await t.refused(UPDATE, { keyboard: "xx" }, "invalid_input");
    },
  }),
  scenario({
    tool: NEXT,
    title: "tells a free VMID, and that one is taken",
    async run(t) {
      const next = await t.cluster.get<string | number>("/cluster/nextid");
      t.expect.equal(fieldsOf(await t.ok(NEXT)), { vmid: Number(next) }, "the next one");
      const { vmid } = await t.make.vm("stopped");
      await t.refused(NEXT, { vmid }, "conflict");
      const free = await t.make.freeVmid();
      t.expect.equal(fieldsOf(await t.ok(NEXT, { vmid: free })), { vmid: free }, "one that is free");
      await t.refused(NEXT, { vmid: 5 }, "invalid_input");
    },
  }),
  scenario({
    tool: NEXT,
    title: "keeps to the range of the cluster's options",
    live: OF_ALL,
    access: "write",
    async run(t) {
      await t.ok(UPDATE, { "next-id": "lower=5000,upper=6000" });
      t.expect.equal(fieldsOf(await t.ok(NEXT)), { vmid: 5000 }, "the first of another range");
      t.expect.equal(fieldsOf(await t.ok(NEXT, { vmid: 7000 })), { vmid: 7000 }, "one outside of it");
      await t.refused(NEXT, { vmid: 5 }, "invalid_input");
    },
  }),
  scenario({
    tool: LOG,
    title: "shows what was logged, the latest first",
    access: "write",
    async run(t) {
      const { vmid } = await t.make.vm("stopped");
      await t.ok("proxmox_vm_action", { vmid, action: "start" });
      const fields = ["time", "node", "user", "priority", "msg", "tag", "pid"];
      const rows = rowsOf(await t.ok(LOG, { fields, max: MOST, limit: 1000 }));
      const entries = await t.cluster.get<readonly LogEntry[]>(`/cluster/log?max=${2 * MOST}`);
      const text = (row: Shown) => JSON.stringify(fields.map((key) => row[key]));
      const known = entries.map(({ pri, ...entry }) => text({ ...entry, priority: PRIORITIES[pri] }));
      const shown = rows.map(text);
      // Others may have written meanwhile.
      t.expect.equal(
        shown.filter((row) => !known.includes(row)),
        [],
        "entries that the cluster has not",
      );
      t.expect.that(
        rows.some(({ msg }) => String(msg).includes(`qmstart:${vmid}:`)),
        "the start is among them",
      );
      const times = rows.map(({ time }) => Number(time));
      t.expect.equal(
        times,
        times.toSorted((a, b) => b - a),
        "their order",
      );
      const other = rowsOf(await t.ok(LOG, { filter: { node: "nonode" } }));
      t.expect.equal(other, [], "of a node that there is not");
      t.expect.equal(rowsOf(await t.ok(LOG, { max: 1 })).length, 1, "the entries that were asked for");
      await t.refused(LOG, { max: 0 }, "invalid_input");
    },
  }),
];
