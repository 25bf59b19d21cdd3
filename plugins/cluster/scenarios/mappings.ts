import {
  type ClusterFeature,
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
} from "../../../sdk/testing/index.ts";

type Line = Readonly<Record<string, unknown>>;

/** Entries of one kind of mapping to try with. */
export interface MappingTrial {
  /** An entry for a node. */
  readonly on: (node: string) => string;
  /** An entry with what a node has not. */
  readonly wrong: (node: string) => string;
  /** What is needed to see what is wrong: a device with a good entry, or a node to look at. */
  readonly device: ClusterFeature;
  /** What this kind takes besides, all of it flags, with the names that `get` shows them by. */
  readonly flags: Readonly<Record<string, string>>;
}

const ID = OWN;
const OTHER = `${OWN}-other`;
const NONE = `${OWN}-none`;
/** A node that is not there; entries may name any. */
const ELSEWHERE = "elsewhere";

/** Keys and values of an entry, in order. */
function parts(entry: unknown): readonly string[] {
  return String(entry).split(",").sort();
}

/** Scenarios of the five tools of one kind of mapping. */
export function mappingScenarios(
  kind: "pci" | "usb" | "dir",
  { on, wrong, device, flags }: MappingTrial,
): readonly Scenario[] {
  const path = `/cluster/mapping/${kind}`;
  const options = Object.fromEntries(Object.keys(flags).map((name) => [name, true]));
  const other = on(ELSEWHERE);
  const tool = (verb: string) => `proxmox_${kind}_mapping_${verb}`;
  const all = (t: ScenarioRun) => t.cluster.get<readonly Line[]>(path);
  const one = (t: ScenarioRun, id: string) => t.cluster.get<Line>(`${path}/${id}`);
  const mapOf = async (t: ScenarioRun, id: string) => {
    const { map } = await one(t, id);
    return (Array.isArray(map) ? map : []).map(parts);
  };
  const create = (t: ScenarioRun, id: string, map: readonly string[]) =>
    t.ok(tool("create"), { id, map, description: "For the scenario" });

  return [
    scenario({
      tool: tool("list"),
      title: "lists mappings with their nodes",
      access: "write",
      async run(t) {
        const { node } = t.place;
        await create(t, ID, [on(node), other]);
        const rows = rowsOf(await t.ok(tool("list"), { limit: 1000 }));
        const made = rows.find(({ id }) => id === ID);
        t.expect.equal(
          [String(made?.nodes).split(", ").sort(), made?.description],
          [[node, ELSEWHERE].sort(), "For the scenario"],
          "the mapping",
        );
        t.expect.equal(
          rows.map(({ id }) => id).sort(),
          (await all(t)).map(({ id }) => id).sort(),
          "those that there are",
        );
        await t.refused(tool("list"), { node: "nonode" }, "not_found");
        await t.refused(tool("list"), { id: ID }, "invalid_input");
      },
    }),
    scenario({
      tool: tool("list"),
      title: "says what is wrong on a node",
      access: "write",
      needs: [device],
      async run(t) {
        const found = await t.find(device);
        const node = kind === "dir" ? found : t.place.node;
        await create(t, ID, [kind === "dir" ? on(node) : found]);
        await create(t, OTHER, [wrong(node)]);
        const rows = rowsOf(await t.ok(tool("list"), { node, limit: 1000 }));
        const good = rows.find((row) => row.id === ID);
        t.expect.equal([good?.nodes, good?.description], [node, "For the scenario"], "the mapping");
        const faultsOf = (id: string) => String(rows.find((row) => row.id === id)?.faults ?? "");
        t.expect.match(faultsOf(OTHER), /Invalid configuration/, "the fault");
        t.expect.that(!faultsOf(ID).includes("Invalid"), "the good one");
        await t.refused(tool("list"), { node: "nonode" }, "not_found");
      },
    }),
    scenario({
      tool: tool("get"),
      title: "shows one mapping",
      access: "write",
      async run(t) {
        const made = on(t.place.node);
        await t.ok(tool("create"), { id: ID, map: [made], description: "Looked at", ...options });
        await create(t, OTHER, [other]);
        const { digest } = await one(t, ID);
        const { map, ...fields } = fieldsOf(await t.ok(tool("get"), { id: ID }));
        const shown = Object.fromEntries(Object.values(flags).map((name) => [name, true]));
        t.expect.equal(fields, { id: ID, description: "Looked at", digest, ...shown }, "the mapping");
        t.expect.equal((Array.isArray(map) ? map : []).map(parts), [parts(made)], "its entries");
        await t.refused(tool("get"), { id: NONE }, "not_found");
      },
    }),
    scenario({
      tool: tool("create"),
      title: "creates a mapping once",
      async run(t) {
        const made = on(t.place.node);
        const before = (await all(t)).length;
        const given = { id: ID, map: [made, other], description: "a = b; ü & 100%", ...options };
        await t.ok(tool("create"), { ...given, dryRun: true });
        t.expect.equal((await all(t)).length, before, "the mappings after a dry run");
        await t.ok(tool("create"), given);
        t.expect.equal(await mapOf(t, ID), [parts(made), parts(other)], "the entries");
        const { description, ...rest } = await one(t, ID);
        t.expect.equal(description, given.description, "the description");
        for (const name of Object.keys(options)) t.expect.equal(Number(rest[name]), 1, name);
        await t.refused(tool("create"), { id: ID, map: [made] }, "conflict");
        await t.refused(tool("create"), { id: OTHER, map: ["nonsense"] }, "invalid_input");
        t.expect.equal((await all(t)).length, before + 1, "the mappings after the refused calls");
      },
    }),
    scenario({
      tool: tool("update"),
      title: "changes a mapping that nobody else has changed",
      async run(t) {
        const made = on(t.place.node);
        await create(t, ID, [made]);
        await create(t, OTHER, [made]);
        const { digest } = await one(t, ID);
        await t.ok(tool("update"), { id: ID, map: [other], dryRun: true });
        t.expect.equal(await mapOf(t, ID), [parts(made)], "the entries after a dry run");
        await t.ok(tool("update"), { id: ID, map: [made, other], description: "After", digest, ...options });
        t.expect.equal(await mapOf(t, ID), [parts(made), parts(other)], "the entries");
        const { description, ...rest } = await one(t, ID);
        t.expect.equal(description, "After", "the description");
        for (const name of Object.keys(options)) t.expect.equal(Number(rest[name]), 1, name);
        await t.refused(tool("update"), { id: ID, map: [made], digest }, "conflict");
        await t.ok(tool("update"), { id: ID, map: [other], delete: ["description"] });
        t.expect.equal(await mapOf(t, ID), [parts(other)], "other entries");
        t.expect.that(!("description" in (await one(t, ID))), "the description is gone");
        t.expect.equal(await mapOf(t, OTHER), [parts(made)], "the other mapping");
        await t.refused(tool("update"), { id: NONE, map: [made] }, "not_found");
      },
    }),
    scenario({
      tool: tool("delete"),
      title: "deletes one mapping",
      async run(t) {
        for (const id of [ID, OTHER]) await create(t, id, [on(t.place.node)]);
        const ids = async () => (await all(t)).map(({ id }) => id);
        const before = await ids();
        await t.ok(tool("delete"), { id: ID, dryRun: true });
        await t.restart({ access: "write" });
        await t.refused(tool("delete"), { id: ID }, "denied");
        await t.restart({ access: "destructive" });
        t.expect.equal(await ids(), before, "the mappings before");
        await t.ok(tool("delete"), { id: ID });
        t.expect.equal(
          (await ids()).sort(),
          before.filter((id) => id !== ID).sort(),
          "the mappings that are left",
        );
        await t.refused(tool("delete"), { id: ID }, "not_found");
      },
    }),
  ];
}
