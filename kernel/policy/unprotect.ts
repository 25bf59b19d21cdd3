import type { Guest } from "../../sdk/reader.ts";
import { isStepRef } from "../../sdk/steps.ts";
import type { PlanStep } from "../call/types.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Protection } from "./targets-setting.ts";
import { isOn, type Known, listOf } from "./touches.ts";

/** A guest that would lose its protection, and by which item it has it. */
export interface Unprotected {
  readonly guest: string;
  readonly item: string;
}

const CONFIG = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}\/config$/;
const POOL = /^\/pools(?:\/\{poolid\})?$/;

/**
 * A harmless-looking change that would open the door for a destructive one: it takes the tag or pool away by
 * which a guest is protected. Undefined where every guest stays as protected as it is. What cannot be looked up
 * counts as lost.
 */
export async function unprotected(
  { step }: Pick<PlanStep, "step">,
  around: Surroundings,
  protectedBy: (guest: Guest) => Protection | undefined,
): Promise<Unprotected | undefined> {
  const params: Known = step.params;
  const change = CONFIG.test(step.path)
    ? tagChange(params)
    : POOL.test(step.path) && step.method === "PUT"
      ? poolChange(params)
      : undefined;
  if (change === undefined) return undefined;
  const inventory = await around.inventory();
  if (inventory === undefined) return { guest: "a guest", item: around.whyNoInventory };
  for (const vmid of change.vmids) {
    const guest = inventory.guests.find((one) => one.vmid === vmid);
    if (guest === undefined) {
      if (await around.seesAllGuests()) continue;
      return { guest: `guest ${vmid}`, item: "its tags and pool are not shown to the account" };
    }
    const item = protectedBy(guest);
    if (item !== undefined && protectedBy(change.after(guest)) === undefined) {
      return { guest: `guest ${vmid} (${guest.name})`, item: item.text };
    }
  }
  return undefined;
}

/** What a step does to the tags or pools of some guests. */
interface Change {
  readonly vmids: readonly number[];
  after(guest: Guest): Guest;
}

/** A value that is known only later counts as none at all. */
function tagChange({ vmid, tags, delete: deleted }: Known): Change | undefined {
  const isDeleted = listOf(deleted).includes("tags");
  if (tags === undefined && !isDeleted) return undefined;
  const after = isDeleted || isStepRef(tags) ? [] : listOf(tags);
  return { vmids: [Number(vmid)], after: (guest) => ({ ...guest, tags: after }) };
}

function poolChange({ vms, poolid, delete: deleted }: Known): Change {
  return {
    vmids: listOf(vms).map(Number),
    after: (guest) => {
      const { pool, ...rest } = guest;
      if (!isOn(deleted)) return { ...rest, pool: String(poolid) };
      return pool === poolid ? rest : guest;
    },
  };
}
