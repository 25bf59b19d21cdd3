import { type Guest, nodeName, type Row, Type } from "../../sdk/index.ts";

/** How many a list shows where the call does not say. */
export const DEFAULT_LIMIT = 200;

/** Inputs that narrow a list of guests; together they must all hold. */
export const guestFilters = {
  node: Type.Optional(nodeName({ description: "Only on this node" })),
  name: Type.Optional(Type.String({ description: "Only with this text in the name, in any case" })),
  tag: Type.Optional(Type.String({ description: "Only with this tag" })),
  pool: Type.Optional(Type.String({ description: "Only in this pool" })),
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 5000, description: `At most so many (default ${DEFAULT_LIMIT})` }),
  ),
};

/** Values of {@link guestFilters}, and the status where a list has that filter. */
export interface GuestFilter {
  readonly node?: string;
  readonly name?: string;
  readonly tag?: string;
  readonly pool?: string;
  readonly status?: string;
}

/** Guests that pass every given filter, by VMID. */
export function matching(guests: readonly Guest[], filter: GuestFilter): readonly Guest[] {
  const part = filter.name?.toLowerCase();
  const tag = filter.tag?.toLowerCase();
  return guests
    .filter(
      (guest) =>
        (filter.node === undefined || guest.node === filter.node) &&
        (filter.status === undefined || guest.status === filter.status) &&
        (filter.pool === undefined || guest.pool === filter.pool) &&
        (part === undefined || guest.name.toLowerCase().includes(part)) &&
        (tag === undefined || guest.tags.some((own) => own.toLowerCase() === tag)),
    )
    .toSorted((a, b) => a.vmid - b.vmid);
}

/** A guest as a row: tags in one cell, and no load where nothing runs. */
export function guestRow(guest: Guest): Row {
  const row = { ...guest, tags: guest.tags.join(";") || undefined };
  return guest.status === "stopped" ? { ...row, cpu: undefined, mem: undefined, uptime: undefined } : row;
}

/** The remark below a list that was cut. */
export function cutNote(total: number, limit: number): { note?: string } {
  if (total <= limit) return {};
  return { note: `${total - limit} more: raise limit, or narrow by node, name, tag or pool.` };
}
