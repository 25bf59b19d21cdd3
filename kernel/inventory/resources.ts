import type { Guest, GuestKind, Inventory, NodeSummary, StorageSummary } from "../../sdk/reader.ts";

type Item = Readonly<Record<string, unknown>>;

/**
 * What `GET /cluster/resources` answered, as an inventory. Keys may be missing (a node that is down, or
 * statistics not there yet) and numbers may be strings; an item without its identity is left out.
 */
export function toInventory(data: unknown, readAt: number): Inventory {
  const guests: Guest[] = [];
  const nodes: NodeSummary[] = [];
  const storages: StorageSummary[] = [];
  for (const item of Array.isArray(data) ? data : []) {
    if (typeof item !== "object" || item === null) continue;
    if (item.type === "qemu" || item.type === "lxc") add(guests, guest(item.type, item));
    else if (item.type === "node") add(nodes, node(item));
    else if (item.type === "storage") add(storages, storage(item));
  }
  guests.sort((a, b) => a.vmid - b.vmid);
  // All callers get the same one.
  return Object.freeze({
    guests: Object.freeze(guests),
    nodes: Object.freeze(nodes),
    storages: Object.freeze(storages),
    readAt,
  });
}

function add<T extends object>(list: T[], item: T | undefined): void {
  if (item !== undefined) list.push(Object.freeze(item));
}

function guest(kind: GuestKind, item: Item): Guest | undefined {
  const vmid = number(item.vmid);
  const node = text(item.node);
  if (vmid === undefined || node === undefined) return undefined;
  return {
    kind,
    vmid,
    // As Proxmox VE names a guest whose configuration has no name (qemu-server, pve-container: vmstatus).
    name: text(item.name) ?? (kind === "qemu" ? `VM ${vmid}` : `CT${vmid}`),
    node,
    status: text(item.status) ?? "unknown",
    template: flag(item.template),
    tags: Object.freeze(words(item.tags)),
    ...texts(item, ["pool", "lock", "hastate"]),
    ...numbers(item, ["cpu", "maxcpu", "mem", "maxmem", "disk", "maxdisk", "uptime"]),
  };
}

function node(item: Item): NodeSummary | undefined {
  const name = text(item.node);
  if (name === undefined) return undefined;
  const status = item.status;
  return {
    node: name,
    status: status === "online" || status === "offline" ? status : "unknown",
    ...texts(item, ["level"]),
    ...numbers(item, ["cpu", "maxcpu", "mem", "maxmem", "disk", "maxdisk", "uptime"]),
  };
}

function storage(item: Item): StorageSummary | undefined {
  const name = text(item.storage);
  const node = text(item.node);
  if (name === undefined || node === undefined) return undefined;
  const type = text(item.plugintype);
  return {
    storage: name,
    node,
    status: text(item.status) ?? "unknown",
    shared: flag(item.shared),
    content: Object.freeze(words(item.content)),
    ...(type === undefined ? {} : { type }),
    ...numbers(item, ["disk", "maxdisk"]),
  };
}

function texts<K extends string>(item: Item, keys: readonly K[]): { [key in K]?: string } {
  const found: { [key in K]?: string } = {};
  for (const key of keys) {
    const value = text(item[key]);
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function numbers<K extends string>(item: Item, keys: readonly K[]): { [key in K]?: number } {
  const found: { [key in K]?: number } = {};
  for (const key of keys) {
    const value = number(item[key]);
    if (value !== undefined) found[key] = value;
  }
  return found;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof parsed === "number" && Number.isFinite(parsed) ? parsed : undefined;
}

function flag(value: unknown): boolean {
  return value === 1 || value === "1" || value === true;
}

function words(value: unknown): string[] {
  return typeof value === "string" ? value.split(/[;,\s]+/).filter((word) => word !== "") : [];
}
