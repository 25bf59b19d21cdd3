import {
  fieldsOf,
  type Scenario,
  type ScenarioRun,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";

const OVERVIEW = "proxmox_inventory_overview";
const STATUS = "proxmox_cluster_status";

interface Resource extends Shown {
  readonly type: string;
  readonly node?: string;
  readonly storage?: string;
  readonly status?: string;
  readonly template?: number;
}

interface Member extends Shown {
  readonly type: string;
  readonly name: string;
  readonly online?: number;
}

function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** How many there are, and of each status. */
function countsOf(guests: readonly Resource[]): Shown {
  const counts: Record<string, number> = { total: guests.length };
  for (const { status = "" } of guests) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** Values of one key of rows, sorted. */
function names(rows: unknown, key: string): readonly unknown[] {
  return Array.isArray(rows) ? rows.map((row: Shown) => row[key]).sort() : [];
}

export const overviewScenarios: readonly Scenario[] = [
  scenario({
    tool: OVERVIEW,
    title: "counts what is on the cluster",
    async run(t) {
      await t.make.vm("running");
      await t.make.vm("template");
      const fields = fieldsOf(await t.ok(OVERVIEW));
      const all = await resources(t);
      const of = (kind: string) => all.filter(({ type, template }) => type === kind && template !== 1);
      t.expect.equal(fields.vms, countsOf(of("qemu")), "the VMs");
      t.expect.equal(fields.containers, countsOf(of("lxc")), "the containers");
      t.expect.equal(fields.templates, all.filter(({ template }) => template === 1).length, "the templates");
      const { version } = await t.cluster.get<{ version: string }>("/version");
      t.expect.equal(fields.version, version, "the version");
      const nodes = all.filter(({ type }) => type === "node");
      t.expect.equal(names(fields.nodes, "node"), names(nodes, "node"), "the nodes");
      const storages = new Set(all.flatMap(({ type, storage }) => (type === "storage" ? [storage] : [])));
      t.expect.equal(names(fields.storages, "storage"), [...storages].sort(), "the storages");
      await t.refused(OVERVIEW, { verbose: true }, "invalid_input");
    },
  }),
  scenario({
    tool: STATUS,
    title: "shows members and quorum",
    async run(t) {
      const { nodes, ...fields } = fieldsOf(await t.ok(STATUS));
      const entries = await t.cluster.get<readonly Member[]>("/cluster/status");
      const members = entries.filter(({ type }) => type === "node");
      const cluster = entries.find(({ type }) => type === "cluster");
      t.expect.equal(
        fields,
        {
          nodesTotal: members.length,
          nodesOnline: members.filter(({ online }) => online === 1).length,
          ...(cluster && { quorate: Number(cluster.quorate) === 1, configVersion: cluster.version }),
        },
        "the cluster",
      );
      const line = ({ node, id, ip, online }: Shown) => [node, id, ip, online].join(" ");
      t.expect.equal(
        (Array.isArray(nodes) ? nodes : []).map(line).sort(),
        members
          .map((one) => line({ node: one.name, id: one.nodeid, ip: one.ip, online: one.online === 1 }))
          .sort(),
        "the members",
      );
      await t.refused(STATUS, { node: t.place.node }, "invalid_input");
    },
  }),
];
