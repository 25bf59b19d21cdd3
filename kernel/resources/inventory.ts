import type { Guest, Inventory } from "../../sdk/reader.ts";
import { type Column, countBy, type Row } from "../../sdk/results.ts";
import type { Artifacts } from "../artifacts/types.ts";
import { artifactUri } from "../artifacts/uri.ts";
import { renderTable, type TableHead } from "../call/table.ts";
import type { CallContext } from "../call/types.ts";
import type { Clusters } from "../tokens.ts";
import { pathOf } from "./resources.ts";
import type { ResourceContent, ResourceKind } from "./types.ts";

/** What the inventory is made of. */
export interface InventoryParts {
  readonly clusters: Clusters;
  readonly artifacts: Artifacts;
  /** Longest text, in characters; a longer one is kept whole as an artifact. */
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
  const { artifacts, clusters, longest } = parts;
  const inventory = await clusters.get(cluster).inventory.read({ signal: context.signal });
  const whole = describe(cluster, inventory, Number.POSITIVE_INFINITY);
  if (whole.length <= longest) return { mimeType: "text/plain", body: whole };
  const title = `Inventory of cluster ${cluster}`;
  const { id } = await artifacts.put(context.subject, { title, content: whole });
  const head = describe(cluster, inventory, Math.floor(longest / 4));
  return { mimeType: "text/plain", body: `${head}\n\nWhole: ${artifactUri(id)}` };
}

/** `longest` bounds each of the tables. */
function describe(cluster: string, { nodes, storages, guests, readAt }: Inventory, longest: number): string {
  const counts = {
    status: countBy(guests, ({ status }) => status),
    node: countBy(guests, ({ node }) => node),
  };
  const table = (head: TableHead, rows: readonly Row[]) =>
    renderTable({ ...head, total: rows.length }, rows, longest).text;
  const down = nodes
    .filter(({ status }) => status !== "online")
    .map(({ node, status }) => `${node} (${status})`);
  return [
    `Cluster ${cluster}, as of ${new Date(readAt).toISOString()}`,
    ...(down.length > 0 ? [`Not seen: use of what is on ${down.join(", ")}`] : []),
    table({ of: "nodes", columns: NODES }, nodes.map(flat)),
    table({ of: "storages", columns: STORAGES }, storages.map(flat)),
    table({ of: "guests", columns: GUESTS, counts }, guests.map(guestRow)),
  ].join("\n\n");
}

/** Only what says something: a template that it is one, and use where something runs. */
function guestRow(guest: Guest): Row {
  const use = guest.status === "running" ? {} : { cpu: undefined, mem: undefined };
  return { ...flat(guest), ...use, template: guest.template ? true : undefined };
}

/** Lists as one text, so that an item is a row. */
function flat(item: object): Row {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key, Array.isArray(value) ? value.join(";") : value]),
  );
}
