import { fieldsOf, rowsOf, type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

type Line = Readonly<Record<string, unknown>>;

/** Entries of one kind of mapping to try with. */
export interface MappingTrial {
  /** What pve1 has. */
  readonly made: string;
  /** What pve2 has. */
  readonly other: string;
  /** What its node has not. */
  readonly wrong: string;
  /** What this kind takes besides, all of it flags. */
  readonly options: Readonly<Record<string, boolean>>;
}

const ID = "mcp-scenario";
const OTHER = "mcp-other";

/** Keys and values of an entry, in order. */
function parts(entry: unknown): readonly string[] {
  return String(entry).split(",").sort();
}

/** Scenarios of the five tools of one kind of mapping. */
export function mappingScenarios(
  kind: "pci" | "usb" | "dir",
  { made, other, wrong, options }: MappingTrial,
): readonly Scenario[] {
  const path = `/cluster/mapping/${kind}`;
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
      title: "lists mappings, and what is wrong on a node",
      access: "write",
      async run(t) {
        await create(t, ID, [made, other]);
        await create(t, OTHER, [wrong]);
        const rows = rowsOf(await t.ok(tool("list"), { limit: 1000 }));
        t.expect.equal(
          rows.map(({ id, nodes, description }) => [id, nodes, description]),
          [
            [OTHER, /node=(\w+)/.exec(wrong)?.[1], "For the scenario"],
            [ID, "pve1, pve2", "For the scenario"],
          ],
          "the mappings",
        );
        t.expect.equal(
          rows.map(({ id }) => id).sort(),
          (await all(t)).map(({ id }) => id).sort(),
          "those that there are",
        );
        const node = /node=(\w+)/.exec(wrong)?.[1];
        const checked = rowsOf(await t.ok(tool("list"), { node }));
        const faultsOf = (id: string) => String(checked.find((row) => row.id === id)?.faults ?? "");
        t.expect.match(faultsOf(OTHER), /Invalid configuration/, "the fault");
        t.expect.that(!faultsOf(ID).includes("Invalid"), "the good one");
        await t.refused(tool("list"), { node: "nonode" }, "not_found");
        await t.refused(tool("list"), { id: ID }, "invalid_input");
      },
    }),
    scenario({
      tool: tool("get"),
      title: "shows one mapping",
      access: "write",
      async run(t) {
        await t.ok(tool("create"), { id: ID, map: [made], description: "Looked at", ...options });
        await create(t, OTHER, [other]);
        const { digest } = await one(t, ID);
        const { map, ...fields } = fieldsOf(await t.ok(tool("get"), { id: ID }));
        const flags = kind === "pci" ? { mdev: true, liveMigrationCapable: true } : {};
        t.expect.equal(fields, { id: ID, description: "Looked at", digest, ...flags }, "the mapping");
        t.expect.equal((Array.isArray(map) ? map : []).map(parts), [parts(made)], "its entries");
        await t.refused(tool("get"), { id: "mcp-none" }, "not_found");
      },
    }),
    scenario({
      tool: tool("create"),
      title: "creates a mapping once",
      async run(t) {
        const given = { id: ID, map: [made, other], description: "a = b; ü & 100%", ...options };
        await t.ok(tool("create"), { ...given, dryRun: true });
        t.expect.equal(await all(t), [], "the mappings after a dry run");
        await t.ok(tool("create"), given);
        t.expect.equal(await mapOf(t, ID), [parts(made), parts(other)], "the entries");
        const { description, ...rest } = await one(t, ID);
        t.expect.equal(description, given.description, "the description");
        for (const name of Object.keys(options)) t.expect.equal(Number(rest[name]), 1, name);
        await t.refused(tool("create"), { id: ID, map: [made] }, "conflict");
        await t.refused(tool("create"), { id: OTHER, map: ["nonsense"] }, "invalid_input");
        t.expect.equal((await all(t)).length, 1, "the mappings after the refused calls");
      },
    }),
    scenario({
      tool: tool("update"),
      title: "changes a mapping that nobody else has changed",
      async run(t) {
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
        await t.refused(tool("update"), { id: "mcp-none", map: [made] }, "not_found");
      },
    }),
    scenario({
      tool: tool("delete"),
      title: "deletes one mapping",
      async run(t) {
        for (const id of [ID, OTHER]) await create(t, id, [made]);
        await t.ok(tool("delete"), { id: ID, dryRun: true });
        await t.restart({ access: "write" });
        await t.refused(tool("delete"), { id: ID }, "denied");
        await t.restart({ access: "destructive" });
        t.expect.equal((await all(t)).length, 2, "the mappings before");
        await t.ok(tool("delete"), { id: ID });
        t.expect.equal(
          (await all(t)).map(({ id }) => id),
          [OTHER],
          "the mapping that is left",
        );
        await t.refused(tool("delete"), { id: ID }, "not_found");
      },
    }),
  ];
}
