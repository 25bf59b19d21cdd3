import { ParseFault } from "../settings/errors.ts";

/** What one item of `PROXMOX_MCP_PROTECT` names. */
export type Protection = {
  /** The item as the operator wrote it. */
  readonly text: string;
  /** Only on this cluster; on all where left out. */
  readonly cluster?: string;
} & (
  | { readonly kind: "vmid"; readonly from: number; readonly to: number }
  | { readonly kind: "tag" | "pool" | "node"; readonly name: string }
);

/** What {@link protections} takes. */
export const PROTECT_ACCEPTS =
  "VMIDs, ranges such as 100-199, tag:NAME, pool:NAME and node:NAME apart by commas; CLUSTER/ before an item for one cluster alone";

const ITEM =
  /^(?:(?<cluster>[a-z0-9-]+)\/)?(?:(?<from>\d{1,9})(?:-(?<to>\d{1,9}))?|(?<kind>tag|pool|node):(?<name>[\w.+/-]+))$/;

/** Reads `100, 200-299, tag:prod, pool:db, prod/node:pve1`. Throws {@link ParseFault}, which names the item. */
export function protections(text: string): readonly Protection[] {
  const items = text
    .split(/[,;\n]/)
    .map((item) => item.trim())
    .filter((item) => item !== "");
  if (items.length === 0) throw new ParseFault("it names nothing");
  return items.map(protection);
}

function protection(text: string): Protection {
  const groups = ITEM.exec(text)?.groups;
  if (groups === undefined) throw new ParseFault(`"${text.slice(0, 40)}" is none of these`);
  const { cluster, from, to, kind, name = "" } = groups;
  const scope = cluster === undefined ? { text } : { text, cluster };
  if (kind === "tag" || kind === "pool" || kind === "node") return { ...scope, kind, name };
  const range = { from: Number(from), to: Number(to ?? from) };
  if (range.to < range.from) throw new ParseFault(`the range "${text}" ends before it begins`);
  return { ...scope, kind: "vmid", ...range };
}
