import type { Guest, Inventory } from "../../sdk/reader.ts";
import { type Column, countBy, type Row } from "../../sdk/results.ts";
import type { Artifacts } from "../artifacts/types.ts";
import { artifactUri } from "../artifacts/uri.ts";
import { renderTable } from "../call/table.ts";
import type { CallContext } from "../call/types.ts";
import type { Clusters } from "../tokens.ts";
import { pathOf } from "./resources.ts";
import type { ResourceContent, ResourceKind } from "./types.ts";

/** What the inventory is made of. */
export interface InventoryParts {
  readonly clusters: Clusters;
  readonly artifacts: Artifacts;
  /** Longest list of guests, in characters; a longer one is kept whole as an artifact. */
  readonly longest: number;
}

const USED: readonly Column[] = [
  { key: "cpu", unit: "percent" },
  { key: "maxcpu" },
  { key: "mem", unit: "bytes" },
  { key: "maxmem", unit: "bytes" },
];
const DISK: readonly Column[] = [
  { key: "disk", unit: "bytes" },
  { key: "maxdisk", unit: "bytes" },
];
const GUESTS: readonly Column[] = [
  ...["vmid", "kind", "name", "node", "status", "template", "pool", "tags", "lock", "hastate"].map((key) => ({
    key,
  })),
  ...USED,
  { key: "maxdisk", unit: "bytes" },
];
const NODES: readonly Column[] = [
  { key: "node" },
  { key: "status" },
  ...USED,
  ...DISK,
  { key: "uptime", unit: "seconds" },
];
const STORAGES: readonly Column[] = [
  ...["storage", "node", "status", "type", "shared", "content"].map((key) => ({ key })),
  ...DISK,
];

/** `proxmox://inventory/{cluster}`: nodes, storages and guests of a cluster, from one request. */
export function inventoryResources(parts: InventoryParts): ResourceKind {
  const { clusters } = parts;
  const uriOf = (cluster: string) => `proxmox://inventory/${cluster}`;
  return {
    host: "inventory",
    templates: [
      {
        uriTemplate: uriOf("{cluster}"),
        name: "inventory",
        title: "Inventory of a cluster",
        description: "Nodes, storages and guests, possibly some seconds old.",
        mimeType: "text/plain",
      },
    ],
    list: async () =>
      clusters.all.map(({ name }) => ({
        uri: uriOf(name),
        name: `inventory ${name}`,
        title: `Inventory of cluster ${name}`,
        mimeType: "text/plain",
      })),
    open(uri) {
      const [cluster = "", ...more] = pathOf(uri) ?? [];
      if (cluster === "" || more.length > 0 || uri.search !== "") return undefined;
      return { what: "resource inventory", cluster, read: (context) => read(parts, cluster, context) };
    },
  };
}

async function read(parts: InventoryParts, cluster: string, context: CallContext): Promise<ResourceContent> {
  const inventory = await parts.clusters.get(cluster).inventory.read({ signal: context.signal });
  const text = [
    `Cluster ${cluster}, as of ${new Date(inventory.readAt).toISOString()}`,
    table("nodes", NODES, inventory.nodes.map(flat)),
    table("storages", STORAGES, inventory.storages.map(flat)),
    await guestsText(parts, cluster, inventory, context.subject),
  ].join("\n\n");
  return { mimeType: "text/plain", body: text };
}

async function guestsText(
  { artifacts, longest }: InventoryParts,
  cluster: string,
  { guests }: Inventory,
  subject: string,
): Promise<string> {
  const rows = guests.map(guestRow);
  const counts = {
    status: countBy(guests, ({ status }) => status),
    node: countBy(guests, ({ node }) => node),
  };
  const head = { of: "guests", columns: GUESTS, counts };
  const whole = renderTable(head, rows, Number.POSITIVE_INFINITY).text;
  if (whole.length <= longest) return whole;
  const { text } = renderTable({ ...head, total: rows.length }, rows, longest);
  const { id } = await artifacts.put(subject, { title: `Guests of cluster ${cluster}`, content: whole });
  return `${text}\nAll of them: ${artifactUri(id)}`;
}

function table(of: string, columns: readonly Column[], rows: readonly Row[]): string {
  return renderTable({ of, columns }, rows, Number.POSITIVE_INFINITY).text;
}

function guestRow(guest: Guest): Row {
  // Only what is a template says so: a column of "no" tells nothing.
  return { ...flat(guest), template: guest.template ? true : undefined };
}

/** Lists as one text, so that an item is a row. */
function flat(item: object): Row {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key, Array.isArray(value) ? value.join(";") : value]),
  );
}
