import { type PveReader, ToolError } from "../../sdk/index.ts";

/** Where the definitions of storages are read; for `uses`. */
export const DEFINITIONS = "GET /storage";

/** A storage's definition as the API answers it. */
export interface Definition {
  readonly storage: string;
  readonly type: string;
  /** Content types, comma-separated. */
  readonly content?: string;
  /** Names of nodes, comma-separated; all where left out. */
  readonly nodes?: string;
  readonly shared?: number;
  readonly disable?: number;
  readonly [option: string]: unknown;
}

/** The definition of a storage, read afresh; `not_found` where there is none of that name. */
export async function definitionOf(storage: string, pve: PveReader): Promise<Definition> {
  const all = await pve.get<readonly Definition[]>("/storage");
  const found = all.find((one) => one.storage === storage);
  if (found !== undefined) return found;
  const names = all.map((one) => one.storage).sort();
  throw new ToolError({
    code: "not_found",
    message: `There is no storage ${storage} that this account may see.`,
    next:
      (names.length === 0 ? "proxmox_storage_list shows all." : `It sees ${names.join(", ")}.`) +
      ` One is seen with Datastore.Audit or Datastore.AllocateSpace on /storage/${storage}.`,
  });
}

/**
 * The node through which a storage is reached: the one named, else any online node where it is shared, else the
 * only one that has it. Fails where it is disabled, not on that node, or a node has to be named.
 */
export async function nodeOf(
  definition: Definition,
  asked: string | undefined,
  pve: PveReader,
): Promise<string> {
  const { storage, nodes, disable, shared } = definition;
  if (disable === 1) {
    throw new ToolError({
      code: "conflict",
      message: `Storage ${storage} is disabled.`,
      next: "Enable it first: proxmox_storage_update with disable: false.",
    });
  }
  const allowed = nodes === undefined ? undefined : nodes.split(",");
  if (asked !== undefined) {
    const { node } = await pve.node(asked);
    if (allowed === undefined || allowed.includes(node)) return node;
    throw new ToolError({
      code: "invalid_input",
      message: `Storage ${storage} is not on node ${node}.`,
      next: `It is on ${allowed.join(", ")}.`,
    });
  }
  const online = (await pve.inventory()).nodes.filter(({ status }) => status === "online");
  const names = online.map(({ node }) => node).filter((node) => allowed?.includes(node) ?? true);
  const [first, ...others] = names.sort();
  if (first !== undefined && (shared === 1 || others.length === 0)) return first;
  if (first !== undefined) {
    throw new ToolError({
      code: "invalid_input",
      message: `Storage ${storage} is another one on each node.`,
      next: `Give node: ${names.join(", ")}.`,
    });
  }
  throw new ToolError({
    code: "unreachable",
    message: `No node that has storage ${storage} is online.`,
    next: "proxmox_node_list shows the nodes.",
    retry: true,
  });
}

/** A storage that a call names, with the node through which it is reached. */
export interface Place {
  readonly storage: string;
  readonly node: string;
}

/** {@link definitionOf} and {@link nodeOf} in one. */
export async function placeOf(
  { storage, node }: { readonly storage: string; readonly node?: string | undefined },
  pve: PveReader,
): Promise<Place> {
  return { storage, node: await nodeOf(await definitionOf(storage, pve), node, pve) };
}

/** Fails where a storage does not take files or volumes of this kind. */
export function needContent({ storage, content = "" }: Definition, kind: string): void {
  if (content.split(",").includes(kind)) return;
  throw new ToolError({
    code: "conflict",
    message: `Storage ${storage} does not take ${kind}: its content is ${content}.`,
    next: "Choose another storage with proxmox_storage_list, or change its content with proxmox_storage_update.",
  });
}
