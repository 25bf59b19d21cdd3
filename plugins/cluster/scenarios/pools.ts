import {
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  scenario,
} from "../../../sdk/testing/index.ts";

type Line = Readonly<Record<string, unknown>>;

const LIST = "proxmox_pool_list";
const GET = "proxmox_pool_get";
const CREATE = "proxmox_pool_create";
const UPDATE = "proxmox_pool_update";
const DELETE = "proxmox_pool_delete";
const POOL = OWN;
const OTHER = `${OWN}-other`;

interface Member {
  readonly type: string;
  readonly vmid?: number;
  readonly storage?: string;
  readonly name?: string;
  readonly node?: string;
  readonly status?: string;
}

interface Pool {
  readonly poolid: string;
  readonly comment?: string;
  readonly members: readonly Member[];
}

async function poolOn(t: ScenarioRun, poolid: string): Promise<Pool> {
  const id = encodeURIComponent(poolid);
  // Before it is a parameter, the pool can only be named in the path, and its answer does not name it.
  const inQuery = (await t.api("GET /pools"))?.parameters.poolid !== undefined;
  if (!inQuery) return { ...(await t.cluster.get<Omit<Pool, "poolid">>(`/pools/${id}`)), poolid };
  const [found] = await t.cluster.get<readonly Pool[]>(`/pools?poolid=${id}`);
  if (found === undefined) throw new Error(`the cluster has no pool ${poolid}`);
  return found;
}

/** Since this, pools can lie in others, and guests can be moved between pools. */
const NESTED = ["DELETE /pools"];

/** VMIDs and storages of a pool. */
async function membersOn(t: ScenarioRun, poolid: string): Promise<readonly (string | number)[]> {
  const { members } = await poolOn(t, poolid);
  return [...new Set(members.flatMap(({ vmid, storage }) => vmid ?? storage ?? []))];
}

async function isThere(t: ScenarioRun, poolid: string): Promise<boolean> {
  const all = await t.cluster.get<readonly Line[]>("/pools");
  return all.some((one) => one.poolid === poolid);
}

/** VMIDs of two guests that are in no pool. */
async function free({ make }: ScenarioRun): Promise<readonly [number, number]> {
  const first = await make.vm("stopped");
  const second = await make.vm("stopped");
  return [first.vmid, second.vmid];
}

export const poolScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists pools and how many guests they have",
    access: "write",
    async run(t) {
      const [one, two] = await free(t);
      await t.ok(CREATE, { poolid: POOL, comment: "For the list" });
      await t.ok(UPDATE, { poolid: POOL, vms: [one, two] });
      const rows = rowsOf(await t.ok(LIST, { limit: 1000 }));
      const all = await t.cluster.get<readonly Line[]>("/pools");
      t.expect.equal(
        rows.map(({ poolid }) => poolid).sort(),
        all.map(({ poolid }) => poolid).sort(),
        "the pools",
      );
      t.expect.equal(
        rowsOf(await t.ok(LIST, { filter: { text: "for the list" } })),
        [{ poolid: POOL, guests: 2, comment: "For the list" }],
        "the new pool",
      );
      await t.refused(LIST, { poolid: POOL }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows one pool with its members",
    access: "write",
    async run(t) {
      const { vmid: one } = await t.make.vm("running");
      await t.ok(CREATE, { poolid: POOL, comment: "Looked at" });
      await t.ok(UPDATE, { poolid: POOL, vms: [one], storage: t.place.storage });
      const { members } = await poolOn(t, POOL);
      const guests = members.filter(({ vmid }) => vmid !== undefined);
      t.expect.equal(
        fieldsOf(await t.ok(GET, { poolid: POOL })),
        {
          poolid: POOL,
          comment: "Looked at",
          guests: guests.map(({ vmid, type, name, node, status }) => ({ vmid, type, name, node, status })),
          storages: [t.place.storage],
        },
        "the pool",
      );
      t.expect.equal(
        guests.map(({ vmid }) => vmid),
        [one],
        "its guests",
      );
      await t.refused(GET, { poolid: `${OWN}-none` }, "not_found");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a pool once",
    async run(t) {
      await t.ok(CREATE, { poolid: POOL, comment: "New", dryRun: true });
      t.expect.that(!(await isThere(t, POOL)), "a dry run creates none");
      await t.ok(CREATE, { poolid: POOL, comment: "New" });
      t.expect.equal(await poolOn(t, POOL), { poolid: POOL, comment: "New", members: [] }, "the pool");
      await t.refused(CREATE, { poolid: POOL }, "conflict");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a pool within another",
    uses: NESTED,
    async run(t) {
      await t.ok(CREATE, { poolid: POOL });
      await t.ok(CREATE, { poolid: `${POOL}/inner` });
      t.expect.that(await isThere(t, `${POOL}/inner`), "the pool within");
      await t.refused(CREATE, { poolid: `${OWN}-none/inner` }, "not_found");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "takes members in and takes them out",
    async run(t) {
      const [one, two] = await free(t);
      await t.ok(CREATE, { poolid: POOL, comment: "Before" });
      await t.ok(UPDATE, { poolid: POOL, vms: [one, two], dryRun: true });
      t.expect.equal(await membersOn(t, POOL), [], "the members after a dry run");
      await t.ok(UPDATE, { poolid: POOL, vms: [one, two], storage: t.place.storage, comment: "After" });
      t.expect.equal((await poolOn(t, POOL)).comment, "After", "the comment");
      t.expect.equal(await membersOn(t, POOL), [one, two, t.place.storage], "the members");
      await t.ok(UPDATE, { poolid: POOL, vms: [one], storage: [t.place.storage], delete: true });
      t.expect.equal(await membersOn(t, POOL), [two], "the member that is left");
      t.expect.equal((await poolOn(t, POOL)).comment, "After", "the comment stays");
      await t.refused(UPDATE, { poolid: POOL, delete: true }, "invalid_input");
      await t.refused(UPDATE, { poolid: `${OWN}-none`, comment: "x" }, "not_found");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "moves a member only where told to",
    uses: ["PUT /pools?allow-move"],
    async run(t) {
      const { vmid: one } = await t.make.vm("stopped");
      for (const poolid of [POOL, OTHER]) await t.ok(CREATE, { poolid });
      await t.ok(UPDATE, { poolid: POOL, vms: [one] });
      await t.refused(UPDATE, { poolid: OTHER, vms: [one] }, "upstream");
      await t.ok(UPDATE, { poolid: OTHER, vms: [one], "allow-move": true });
      t.expect.equal(await membersOn(t, OTHER), [one], "the member that was moved");
      t.expect.equal(await membersOn(t, POOL), [], "the pool that it was in");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes an empty pool alone",
    confirm: "destructive",
    async run(t) {
      const { vmid: one } = await t.make.vm("stopped");
      await t.ok(CREATE, { poolid: POOL });
      await t.ok(UPDATE, { poolid: POOL, vms: [one] });
      await t.refused(DELETE, { poolid: POOL }, "declined");
      t.answerConfirm("accept", "pools");
      await t.refused(DELETE, { poolid: POOL }, "declined");
      t.answerConfirm("accept", POOL);
      await t.refused(DELETE, { poolid: POOL }, "upstream");
      t.expect.that(await isThere(t, POOL), "the pool with a guest is still there");
      await t.ok(UPDATE, { poolid: POOL, vms: [one], delete: true });
      await t.ok(DELETE, { poolid: POOL });
      t.expect.that(!(await isThere(t, POOL)), "the pool is gone");
      await t.refused(DELETE, { poolid: POOL }, "not_found");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a pool within another",
    confirm: "destructive",
    uses: NESTED,
    async run(t) {
      const { vmid: one } = await t.make.vm("stopped");
      for (const poolid of [POOL, `${POOL}/inner`]) await t.ok(CREATE, { poolid });
      await t.ok(UPDATE, { poolid: `${POOL}/inner`, vms: [one] });
      await t.refused(DELETE, { poolid: `${POOL}/inner` }, "declined");
      t.answerConfirm("accept", "pools");
      await t.refused(DELETE, { poolid: `${POOL}/inner` }, "declined");
      t.answerConfirm("accept", `${POOL}/inner`);
      await t.refused(DELETE, { poolid: `${POOL}/inner` }, "upstream");
      t.expect.that(await isThere(t, `${POOL}/inner`), "the pool with a guest is still there");
      await t.ok(UPDATE, { poolid: `${POOL}/inner`, vms: [one], delete: true });
      await t.ok(DELETE, { poolid: `${POOL}/inner` });
      t.expect.equal([await isThere(t, POOL), await isThere(t, `${POOL}/inner`)], [true, false], "the pools");
      t.answerConfirm("accept", POOL);
      await t.ok(DELETE, { poolid: POOL });
      t.expect.that(!(await isThere(t, POOL)), "the outer pool is gone");
      await t.refused(DELETE, { poolid: POOL }, "not_found");
    },
  }),
];
