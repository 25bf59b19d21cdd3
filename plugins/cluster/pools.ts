import {
  countBy,
  defineTool,
  details,
  featured,
  fromApi,
  listing,
  type PveReader,
  rest,
  ToolError,
  Type,
  type Use,
} from "../../sdk/index.ts";

interface Pool {
  readonly poolid: string;
  readonly comment?: string;
}

interface Member {
  readonly type: string;
  readonly vmid?: number;
  readonly name?: string;
  readonly node?: string;
  readonly status?: string;
  readonly storage?: string;
}

const LIST = "GET /pools";

/** Proxmox VE 8 and later take the pool as a parameter, so that it may lie in another; before, only the path can name it. */
const BY_PARAMETER = 8;

function either(method: "GET" | "PUT" | "DELETE"): readonly Use[] {
  return [
    { use: `${method} /pools`, optional: true },
    { use: `${method} /pools/{poolid}`, optional: true },
  ];
}

async function isOlder(pve: PveReader): Promise<boolean> {
  return (await pve.version()).major < BY_PARAMETER;
}

/** The path that changes of a pool go to. */
async function poolPath(pve: PveReader): Promise<"/pools" | "/pools/{poolid}"> {
  return (await isOlder(pve)) ? "/pools/{poolid}" : "/pools";
}

function vmids() {
  return Type.Array(Type.Integer({ minimum: 100, maximum: 999_999_999 }), { minItems: 1 });
}

function poolInput() {
  return Type.String({ minLength: 1 });
}

const pools = listing({
  of: "pools",
  columns: [{ key: "poolid" }, { key: "guests", unit: "count" }, { key: "comment" }],
});

export const poolList = defineTool({
  name: "proxmox_pool_list",
  title: "List pools",
  describe: "Pools of guests and storages.",
  risk: "read",
  uses: [LIST],
  input: featured(Type.Object(pools.inputs), ["filter"]),
  result: pools.result,
  async read(view, pve) {
    const [all, { guests }] = await Promise.all([pve.get<readonly Pool[]>("/pools"), pve.inventory()]);
    const counts = countBy(guests, ({ pool }) => pool);
    const rows = all.map(({ poolid, comment }) => ({ poolid, guests: counts[poolid] ?? 0, comment }));
    return pools.rows(rows, view);
  },
});

const pool = details([
  { key: "poolid" },
  { key: "comment" },
  { key: "guests", type: "array" },
  { key: "storages", type: "array" },
]);

export const poolGet = defineTool({
  name: "proxmox_pool_get",
  title: "Look at a pool",
  describe: "One pool with its guests and storages.",
  risk: "read",
  uses: either("GET"),
  input: featured(Type.Object({ poolid: poolInput(), ...pool.inputs }), ["poolid"]),
  result: pool.result,
  async read({ poolid, ...view }, pve) {
    const { comment, members } = await poolOf(poolid, pve);
    const fields = {
      poolid,
      comment,
      guests: members
        .filter(({ type }) => type !== "storage")
        .map(({ vmid, type, name, node, status }) => ({ vmid, type, name, node, status })),
      // A storage that several nodes have is shown once for each.
      storages: [...new Set(members.flatMap(({ storage }) => storage ?? []))].sort(),
    };
    return pool.record({ title: `Pool ${poolid}`, fields }, view);
  },
});

type Whole = Pool & { readonly members: readonly Member[] };

async function poolOf(poolid: string, pve: PveReader): Promise<Whole> {
  if (await isOlder(pve)) return await pve.get<Whole>("/pools/{poolid}", { poolid });
  const [found] = await pve.get<readonly Whole[]>("/pools", { poolid });
  if (found !== undefined) return found;
  throw new ToolError({
    code: "not_found",
    message: `There is no pool ${poolid}.`,
    next: "proxmox_pool_list shows the pools.",
  });
}

export const poolCreate = defineTool({
  name: "proxmox_pool_create",
  title: "Create a pool",
  describe: "Creates an empty pool; parent/name puts it into another.",
  risk: "write",
  uses: ["POST /pools", LIST],
  input: fromApi("POST /pools", { extra: { poolid: poolInput() } }),
  async plan({ poolid, ...options }, pve) {
    const all = await pve.get<readonly Pool[]>("/pools");
    if (all.some((one) => one.poolid === poolid)) {
      throw new ToolError({
        code: "conflict",
        message: `The pool ${poolid} exists already.`,
        next: "Choose another name, or change it with proxmox_pool_update.",
      });
    }
    return [rest.post("/pools", { poolid, ...options })];
  },
});

export const poolUpdate = defineTool({
  name: "proxmox_pool_update",
  title: "Change a pool",
  describe: "Adds guests and storages to a pool or takes them out, or changes its comment.",
  risk: "write",
  uses: either("PUT"),
  input: fromApi("PUT /pools", {
    featured: ["vms", "storage", "delete"],
    describe: { delete: "Take these out", "allow-move": "Of guests in another pool" },
    extra: { poolid: poolInput(), vms: Type.Optional(vmids()) },
  }),
  async plan({ poolid, ...changes }, pve) {
    if ([changes.vms, changes.storage, changes.comment].every((value) => value === undefined)) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give vms, storage or comment.",
      });
    }
    return [rest.put(await poolPath(pve), { poolid, ...changes })];
  },
});

export const poolDelete = defineTool({
  name: "proxmox_pool_delete",
  title: "Delete a pool",
  describe: "Deletes an empty pool and its ACL entries.",
  risk: "destructive",
  uses: either("DELETE"),
  input: fromApi("DELETE /pools", { extra: { poolid: poolInput() } }),
  async plan({ poolid }, pve) {
    return [rest.delete(await poolPath(pve), { poolid })];
  },
});
