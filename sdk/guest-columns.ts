import type { Guest } from "./reader.ts";
import type { Column, Row } from "./results.ts";

/** Columns of a list of guests; their load, memory and disk as the inventory knows them. */
export const GUEST_COLUMNS: readonly Column[] = [
  { key: "vmid", type: "integer" },
  { key: "name" },
  { key: "node" },
  { key: "status" },
  { key: "cpu", unit: "percent" },
  { key: "maxcpu", unit: "count", title: "cores", optional: true },
  { key: "mem", unit: "bytes" },
  { key: "maxmem", unit: "bytes" },
  { key: "maxdisk", unit: "bytes", title: "disk", optional: true },
  { key: "uptime", unit: "seconds", optional: true },
  { key: "pool" },
  { key: "tags" },
  { key: "lock" },
  { key: "hastate", title: "ha", optional: true },
];

/** Columns of a list of templates, which never run. */
export const TEMPLATE_COLUMNS: readonly Column[] = [
  { key: "vmid", type: "integer" },
  { key: "name" },
  { key: "node" },
  { key: "maxcpu", unit: "count", title: "cores" },
  { key: "maxmem", unit: "bytes", title: "memory" },
  { key: "maxdisk", unit: "bytes", title: "disk" },
  { key: "pool" },
  { key: "tags" },
];

/** Filters of a list of templates. */
export const TEMPLATE_FILTERS = ["name", "tag", "pool", "node", "text"] as const;
/** Filters of a list of guests. */
export const GUEST_FILTERS = [...TEMPLATE_FILTERS, "status"] as const;

/** A guest as a row of {@link GUEST_COLUMNS}: tags in one cell, and no load where nothing runs. */
export function guestRow(guest: Guest): Row {
  const { vmid, name, node, status, tags, pool, lock, hastate, maxcpu, maxmem, maxdisk } = guest;
  const { cpu, mem, uptime } = status === "stopped" ? IDLE : guest;
  return {
    vmid,
    name,
    node,
    status,
    cpu,
    maxcpu,
    mem,
    maxmem,
    maxdisk,
    uptime,
    pool,
    tags: tags.length > 0 ? tags.join(";") : undefined,
    lock,
    hastate,
  };
}

const IDLE: Pick<Guest, "cpu" | "mem" | "uptime"> = {};
