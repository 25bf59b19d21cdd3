import { type Guest, type PveReader, ToolError } from "../../sdk/index.ts";

/** Which guests are to be backed up: by VMID, by pool, or all but some; maybe on one node only. */
export interface Selection {
  readonly vmids?: readonly number[];
  readonly pool?: string;
  readonly exclude?: readonly number[];
  readonly node?: string;
}

/** The guests of one node that a selection takes. */
export interface Part {
  readonly node: string;
  readonly guests: readonly Guest[];
}

/** A selection by node, and what of it cannot be backed up now. */
export interface Parts {
  readonly parts: readonly Part[];
  /** Sentences about what is left out. */
  readonly leftOut: readonly string[];
}

/**
 * Splits a selection by the nodes that its guests are on, because a backup runs on each node by itself. Fails
 * with `conflict` where nothing is left to back up.
 */
export async function partsOf(selection: Selection, pve: PveReader): Promise<Parts> {
  const { guests, nodes } = await pve.inventory();
  const taken = guests.filter((guest) => takes(selection, guest));
  const online = new Set(nodes.filter(({ status }) => status === "online").map(({ node }) => node));
  const away = taken.filter(({ node }) => !online.has(node));
  const missing = (selection.vmids ?? []).filter((vmid) => !guests.some((guest) => guest.vmid === vmid));
  const elsewhere = (selection.vmids ?? []).filter(
    (vmid) => !missing.includes(vmid) && !taken.some((guest) => guest.vmid === vmid),
  );
  const leftOut = [
    ...(away.length === 0 ? [] : [`${vmidsOf(away)} left out: the node is offline`]),
    ...(missing.length === 0 ? [] : [`${missing.join(", ")} left out: no guest that this account may see`]),
    ...(elsewhere.length === 0 ? [] : [`${elsewhere.join(", ")} left out: not on ${selection.node}`]),
  ];
  const names = [...new Set(taken.map(({ node }) => node))].filter((node) => online.has(node)).sort();
  if (names.length === 0) throw nothingLeft(leftOut);
  const parts = names.map((node) => ({ node, guests: taken.filter((guest) => guest.node === node) }));
  return { parts, leftOut };
}

function takes({ vmids, pool, exclude = [], node }: Selection, guest: Guest): boolean {
  if (node !== undefined && guest.node !== node) return false;
  if (vmids !== undefined) return vmids.includes(guest.vmid);
  // Pools can be nested: `parent/child`.
  if (pool !== undefined) return guest.pool === pool || guest.pool?.startsWith(`${pool}/`) === true;
  return !exclude.includes(guest.vmid);
}

function nothingLeft(leftOut: readonly string[]): ToolError {
  return new ToolError({
    code: "conflict",
    message: `No guest can be backed up${leftOut.length === 0 ? "" : `: ${leftOut.join("; ")}`}.`,
    next: "Look at the selection; proxmox_inventory_overview shows the nodes.",
  });
}

/** VMIDs as text, in order. */
export function vmidsOf(guests: readonly Guest[]): string {
  return guests
    .map(({ vmid }) => vmid)
    .toSorted((a, b) => a - b)
    .join(", ");
}

/** VMIDs out of a list in one of the API's text forms. */
export function vmidList(value: unknown): readonly number[] {
  if (value === undefined || value === null) return [];
  const items: readonly unknown[] = Array.isArray(value) ? value : String(value).split(/[\s,;]+/);
  return items.map(Number).filter((vmid) => Number.isInteger(vmid) && vmid > 0);
}
