import {
  defineTool,
  featured,
  isToolError,
  listing,
  nodeName,
  type PveReader,
  type Row,
  snippetVolid,
  storageName,
  Type,
  text,
  textSchema,
  unseenIn,
} from "../../../sdk/index.ts";
import { PLACE } from "./inputs.ts";
import {
  CONTENT,
  DEFINITIONS,
  elsewhere,
  LOCATES,
  nodeOf,
  type SnippetStorage,
  snippetStorage,
  snippetStorages,
  snippetsOn,
} from "./storages.ts";

const snippets = listing({
  of: "snippets",
  columns: [
    { key: "volid" },
    { key: "node" },
    { key: "size", unit: "bytes" },
    { key: "ctime", unit: "time", title: "created" },
  ],
  filters: ["node", "text"],
  id: ["volid", "node"],
});

export const snippetList = defineTool({
  name: "proxmox_cloud_init_snippet_list",
  title: "List cloud-init snippets",
  describe: "Snippets on the storages that take them; of a shared storage without a node.",
  risk: "read",
  uses: [DEFINITIONS, CONTENT],
  input: featured(
    Type.Object({
      storage: Type.Optional(storageName()),
      node: Type.Optional(nodeName()),
      ...snippets.inputs,
    }),
    ["storage", "node", "filter"],
  ),
  result: snippets.result,
  async read({ storage, node, ...view }, pve) {
    const storages =
      storage === undefined ? await snippetStorages(pve) : [await snippetStorage(storage, pve)];
    const places = storages.flatMap((one) => placesOf(one, node));
    const found = await Promise.all(places.map((place) => rowsAt(place, pve)));
    const unseen = found.flatMap(({ why }) => (why === undefined ? [] : [why]));
    const away = unseenIn(await pve.inventory()).unseen ?? [];
    return snippets.rows(
      found.flatMap(({ rows }) => rows),
      view,
      {
        ...(unseen.length + away.length === 0 ? {} : { unseen: [...unseen, ...away] }),
        note:
          storages.length === 0
            ? "No storage that this account may see takes snippets."
            : `On ${storages.map((one) => one.storage).join(", ")}; a snippet is seen with Datastore.Allocate on its storage.`,
      },
    );
  },
});

interface Place {
  readonly storage: string;
  readonly node: string;
  readonly shared: boolean;
}

/** Where to ask: a shared storage at one node, another at each. */
function placesOf(one: SnippetStorage, asked: string | undefined): readonly Place[] {
  const { storage, shared, online } = one;
  if (asked !== undefined && !online.includes(asked)) return [];
  const nodes = asked !== undefined ? [asked] : shared ? online.slice(0, 1) : online;
  return nodes.map((node) => ({ storage, shared, node }));
}

async function rowsAt(
  { storage, node, shared }: Place,
  pve: PveReader,
): Promise<{ readonly rows: readonly Row[]; readonly why?: string }> {
  try {
    const all = await snippetsOn(storage, node, pve);
    const where = shared ? {} : { node };
    return { rows: all.map(({ volid, size, ctime }) => ({ volid, ...where, size, ctime })) };
  } catch (error) {
    if (!isToolError(error) || error.code === "cancelled") throw error;
    return { rows: [], why: `snippets of ${storage} on ${node}: ${error.message}` };
  }
}

export const snippetGet = defineTool({
  name: "proxmox_cloud_init_snippet_get",
  title: "Show a cloud-init snippet",
  describe: "Text and SHA-256 of a snippet, read by SSH; secrets in it are masked.",
  risk: "read",
  uses: [DEFINITIONS, CONTENT, ...LOCATES],
  input: Type.Object(PLACE),
  result: textSchema(),
  async read({ storage, node: asked, name }, pve) {
    const where = await snippetStorage(storage, pve);
    const node = nodeOf(where, asked);
    const volid = snippetVolid({ storage, name });
    const file = await pve.snippet({ storage, node, name });
    const facts = [
      `SHA-256 ${file.sha256}`,
      `${file.size} bytes`,
      `${file.path} on ${node}`,
      await elsewhere(where, { node, volid }, pve),
      ...(file.masked ? ["secrets in it are masked: do not write it back as it is shown"] : []),
    ];
    return text({
      title: `Snippet ${volid} on ${node}`,
      source: `storage ${storage}`,
      text: file.text ?? "(no text)",
      note: `${facts.join("; ")}.`,
    });
  },
});
