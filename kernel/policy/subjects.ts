import type { Guest, Inventory } from "../../sdk/reader.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Touch } from "./touches.ts";

/** Stands for a fact that could not be looked up: it may be anything. */
export const UNKNOWN: unique symbol = Symbol("unknown");

/** A fact about a subject: known, absent, or not to be had. */
export type Fact<T> = T | undefined | typeof UNKNOWN;

/** One thing that a step touches, as rules judge it. */
export interface Subject {
  /** For messages: `VM 100 (web1) on pve1`, `node pve1`. */
  readonly label: string;
  readonly vmid: Fact<number>;
  readonly node: Fact<string>;
  readonly pool: Fact<string>;
  readonly tags: Fact<readonly string[]>;
  /** Why something is unknown. */
  readonly why?: string;
  /** Stands for guests that the account does not see: it is none of those that it does. */
  readonly unseen?: true;
}

const NOTHING = { vmid: undefined, node: undefined, pool: undefined, tags: undefined } as const;

/** What is touched, each with its facts. Guests that other words stand for are found in the inventory. */
export async function subjectsOf(
  touches: readonly Touch[],
  around: Surroundings,
): Promise<readonly Subject[]> {
  const found: Subject[] = [];
  for (const touch of touches) found.push(...(await subjectsOfOne(touch, around)));
  return found;
}

async function subjectsOfOne(touch: Touch, around: Surroundings): Promise<readonly Subject[]> {
  switch (touch.kind) {
    case "guest":
      return [await guestSubject(touch.vmid, touch.node, around)];
    case "new":
      return [await newSubject(touch, around)];
    case "node":
      return await nodeSubjects(touch.node, touch.guests, around);
    case "pool":
      return [{ ...NOTHING, label: `pool ${touch.pool}`, pool: touch.pool }];
    case "mentioned":
      return await mentionedSubjects(touch.text, around);
    case "backup-job":
      return await jobSubjects(touch.id, around);
    case "anything":
      return [anything(touch.why)];
  }
}

/** Stands for whatever there may be. */
function anything(why: string, node: Fact<string> = UNKNOWN): Subject {
  return { label: "what cannot be told", vmid: UNKNOWN, node, pool: UNKNOWN, tags: UNKNOWN, why };
}

async function guestSubject(vmid: number, node: string | undefined, around: Surroundings): Promise<Subject> {
  const inventory = await around.inventory();
  const guest = inventory?.guests.find((one) => one.vmid === vmid);
  if (guest !== undefined) return ofGuest(guest);
  const label = `guest ${vmid}`;
  const gone = { label, vmid, node, pool: undefined, tags: undefined };
  if (inventory !== undefined && (await around.seesAllGuests())) return gone;
  const why = inventory === undefined ? around.whyNoInventory : NOT_SEEN;
  return { ...gone, node: node ?? UNKNOWN, pool: UNKNOWN, tags: UNKNOWN, why };
}

const NOT_SEEN = "the account does not see every guest (VM.Audit on /vms)";

function ofGuest({ kind, vmid, name, node, pool, tags }: Guest): Subject {
  return {
    label: `${kind === "lxc" ? "container" : "VM"} ${vmid} (${name}) on ${node}`,
    vmid,
    node,
    pool,
    tags,
  };
}

async function newSubject(touch: Extract<Touch, { kind: "new" }>, around: Surroundings): Promise<Subject> {
  const { vmid, node, pool, like, tags } = touch;
  const source = like === undefined ? undefined : await guestSubject(like, undefined, around);
  const label = `new guest${vmid === undefined ? "" : ` ${vmid}`}`;
  return {
    label,
    vmid: vmid ?? UNKNOWN,
    node,
    pool,
    tags: tags ?? (source === undefined ? UNKNOWN : source.tags),
  };
}

async function nodeSubjects(
  node: string,
  guests: boolean,
  around: Surroundings,
): Promise<readonly Subject[]> {
  const itself: Subject = { ...NOTHING, label: `node ${node}`, node };
  if (!guests) return [itself];
  const inventory = await around.inventory();
  const on = inventory?.guests.filter((guest) => guest.node === node).map(ofGuest) ?? [];
  const unseen = await unseenGuests(inventory, around, node);
  return [itself, ...on, ...unseen];
}

/** Guests that there may be besides those seen. */
async function unseenGuests(
  inventory: Inventory | undefined,
  around: Surroundings,
  node: Fact<string> = UNKNOWN,
): Promise<readonly Subject[]> {
  if (inventory === undefined) return [anything(around.whyNoInventory, node)];
  return (await around.seesAllGuests()) ? [] : [{ ...anything(NOT_SEEN, node), unseen: true }];
}

async function mentionedSubjects(text: string, around: Surroundings): Promise<readonly Subject[]> {
  const inventory = await around.inventory();
  const found = await around.mentioning(text);
  const unread = found.unread.map(({ guest, why }) => ({ ...ofGuest(guest), why }));
  return [...found.guests.map(ofGuest), ...unread, ...(await unseenGuests(inventory, around))];
}

async function jobSubjects(id: string, around: Surroundings): Promise<readonly Subject[]> {
  const covered = await around.coveredBy(id);
  if (typeof covered === "string") return [anything(covered)];
  const inventory = await around.inventory();
  const guests = (inventory?.guests ?? []).filter(covered).map(ofGuest);
  return [...guests, ...(await unseenGuests(inventory, around))];
}
