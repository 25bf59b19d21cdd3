import { isPlainObject } from "../../call/json-schema.ts";
import type { Look, Row } from "./look.ts";
import { count, type Found, type Probe, some, together, whenSeen, writes } from "./probe.ts";

/** Members of a pool that is changed, removed, or on which rights are given. */
export const poolMembers: Probe = {
  kind: "pool_members",
  what: "members of the pool",
  look(plan, look) {
    const named = writes(plan).flatMap(({ method, path, params }) => {
      const ofAcl = path === "/access/acl" ? /^\/pool\/(.+)$/.exec(params.get("path") ?? "")?.[1] : undefined;
      const own = path.startsWith("/pools") && method !== "POST" ? params.get("poolid") : undefined;
      return own ?? ofAcl ?? [];
    });
    const pools = [...new Set(named)];
    return pools.length === 0 ? undefined : together(pools.map((pool) => members(pool, look)));
  },
};

async function members(pool: string, look: Look): Promise<Found> {
  const what = `members of pool ${pool}`;
  const hidden = await look.hidden([["VM.Audit", "/vms"]], `guests in pool ${pool}`);
  return whenSeen(await look.value("/pools/{poolid}", { poolid: pool }), what, (value) => {
    const list = isPlainObject(value) && Array.isArray(value.members) ? value.members : [];
    const names = list.filter(isPlainObject).map(memberName);
    return some(`pool ${pool} has ${count(names.length, "member")}`, names, [hidden]);
  });
}

function memberName({ type, vmid, name, storage, id }: Row): string {
  if (vmid === undefined) return storage === undefined ? String(id) : `storage ${String(storage)}`;
  return `${type === "lxc" ? "CT" : "VM"} ${String(vmid)}${typeof name === "string" ? ` (${name})` : ""}`;
}
