import { isToolError, type PveReader, ToolError } from "../../../sdk/index.ts";

/** Where storages and what they hold are read; for `uses`. */
export const DEFINITIONS = "GET /storage";
export const CONTENT = "GET /nodes/{node}/storage/{storage}/content";
/** What the server itself asks to find the file of a snippet: what Proxmox VE demands of whoever uses one. */
export const LOCATES = [
  "GET /storage/{storage}",
  "GET /nodes/{node}/storage/{storage}/status",
  "file:snippets",
] as const;

/** A storage's definition as the API answers it. */
interface Definition {
  readonly storage: string;
  readonly type: string;
  readonly content?: string;
  /** Names, comma-separated; all where left out. */
  readonly nodes?: string;
  readonly shared?: number;
  readonly disable?: number;
}

/** A storage that takes snippets. */
export interface SnippetStorage {
  readonly storage: string;
  /** One for all its nodes; otherwise another one on each. */
  readonly shared: boolean;
  /** Names of those that have it and are online, in order. */
  readonly online: readonly string[];
  /** Of those that have it and are not. */
  readonly away: readonly string[];
}

/** A snippet as a storage lists it. */
export interface Snippet {
  readonly volid: string;
  /** Bytes. */
  readonly size?: number;
  /** Seconds since the epoch. */
  readonly ctime?: number;
}

/** Every storage that takes snippets, as far as the account sees it. */
export async function snippetStorages(pve: PveReader): Promise<readonly SnippetStorage[]> {
  const all = await pve.get<readonly Definition[]>("/storage");
  const able = all.filter((one) => takesSnippets(one) && one.disable !== 1);
  return Promise.all(able.map((one) => withNodes(one, pve)));
}

/** The storage of this name. Fails where there is none, it is disabled, or does not take snippets. */
export async function snippetStorage(storage: string, pve: PveReader): Promise<SnippetStorage> {
  const all = await pve.get<readonly Definition[]>("/storage");
  const found = all.find((one) => one.storage === storage);
  const able = all.filter(takesSnippets).map((one) => one.storage);
  if (found === undefined) {
    throw new ToolError({
      code: "not_found",
      message: `There is no storage ${storage} that this account may see.`,
      next:
        (able.length === 0 ? "proxmox_storage_list shows all." : `These take snippets: ${able.join(", ")}.`) +
        ` One is seen with Datastore.Audit or Datastore.AllocateSpace on /storage/${storage}.`,
    });
  }
  if (!takesSnippets(found)) throw takesNone(found, able);
  if (found.disable === 1) {
    throw new ToolError({
      code: "conflict",
      message: `Storage ${storage} is disabled.`,
      next: "Enable it first (proxmox_storage_update with disable: false), or choose another one.",
    });
  }
  return withNodes(found, pve);
}

function takesSnippets({ content = "" }: Definition): boolean {
  return content.split(",").includes("snippets");
}

function takesNone({ storage, type, content = "" }: Definition, able: readonly string[]): ToolError {
  const others = able.length === 0 ? "" : ` Or use ${able.join(", ")}.`;
  const isOfFiles = /^(?:dir|btrfs|nfs|cifs|cephfs|glusterfs)$/.test(type);
  const wanted = [...content.split(",").filter((kind) => kind !== "" && kind !== "none"), "snippets"];
  return new ToolError({
    code: isOfFiles ? "conflict" : "unsupported",
    message: `Storage ${storage} (${type}) ${isOfFiles ? "does not take snippets" : "cannot hold snippets"}: its content is ${content}.`,
    next: isOfFiles
      ? `Nothing enables that by itself: proxmox_storage_update with storage: ${storage}, content: ${JSON.stringify(wanted)} does.${others}`
      : `Snippets take a storage of files, such as type dir or nfs.${others}`,
  });
}

async function withNodes({ storage, shared, nodes }: Definition, pve: PveReader): Promise<SnippetStorage> {
  const allowed = nodes?.split(",");
  const { nodes: members } = await pve.inventory();
  const having = members.filter(({ node }) => allowed?.includes(node) ?? true);
  const names = (isOnline: boolean) =>
    having
      .filter(({ status }) => (status === "online") === isOnline)
      .map(({ node }) => node)
      .sort();
  return { storage, shared: shared === 1, online: names(true), away: names(false) };
}

/** The node through which a snippet is reached: it has to be named where each has a storage of its own. */
export function nodeOf({ storage, shared, online, away }: SnippetStorage, asked: string | undefined): string {
  const [first, ...others] = online;
  if (asked !== undefined) {
    if (online.includes(asked)) return asked;
    const why = away.includes(asked)
      ? `node ${asked} is not online`
      : `storage ${storage} is not on node ${asked}`;
    throw new ToolError({
      code: away.includes(asked) ? "unreachable" : "invalid_input",
      message: `The snippet cannot be reached: ${why}.`,
      next: online.length === 0 ? "Have the node brought back." : `It is on ${online.join(", ")}.`,
    });
  }
  if (first === undefined) {
    throw new ToolError({
      code: "unreachable",
      message: `No node that has storage ${storage} is online.`,
      next: "proxmox_node_list shows the nodes.",
      retry: true,
    });
  }
  if (shared || (others.length === 0 && away.length === 0)) return first;
  throw new ToolError({
    code: "invalid_input",
    message: `Storage ${storage} is another one on each node.`,
    next: `Give node: ${[...online, ...away].join(", ")}.`,
  });
}

/** The snippets of a storage that the account may see, as one node lists them. */
export function snippetsOn(storage: string, node: string, pve: PveReader): Promise<readonly Snippet[]> {
  const path = "/nodes/{node}/storage/{storage}/content";
  return pve.get<readonly Snippet[]>(path, { node, storage, content: "snippets" });
}

/**
 * Where else a snippet is, in words, such as `pve2 lacks it`: each node of a storage that is not shared keeps its
 * own. Nodes that cannot be asked are named.
 */
export async function elsewhere(
  { storage, shared, online, away }: SnippetStorage,
  { node, volid }: { readonly node: string; readonly volid: string },
  pve: PveReader,
): Promise<string> {
  if (shared) return `storage ${storage} is shared by all its nodes`;
  const others = online.filter((name) => name !== node);
  const seen = await Promise.all(others.map((name) => has(storage, name, volid, pve)));
  const those = (state: boolean | undefined) => others.filter((_, index) => seen[index] === state);
  const unseen = [...those(undefined), ...away];
  return [
    ...told(those(false), "lacks it", "lack it"),
    ...told(those(true), "has one of that name of its own", "have one of that name of their own"),
    ...told(unseen, "could not be looked at", "could not be looked at"),
    ...(others.length + away.length === 0 ? ["no other node has this storage"] : []),
  ].join(", ");
}

function told(nodes: readonly string[], one: string, many: string): readonly string[] {
  return nodes.length === 0 ? [] : [`${nodes.join(" and ")} ${nodes.length === 1 ? one : many}`];
}

async function has(
  storage: string,
  node: string,
  volid: string,
  pve: PveReader,
): Promise<boolean | undefined> {
  try {
    return (await snippetsOn(storage, node, pve)).some((snippet) => snippet.volid === volid);
  } catch (error) {
    if (isToolError(error) && error.code !== "cancelled") return undefined;
    throw error;
  }
}
