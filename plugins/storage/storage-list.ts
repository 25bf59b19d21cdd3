import { defineTool, featured, listing, type Row, Type, unseenIn } from "../../sdk/index.ts";
import { DEFINITIONS, type Definition } from "./place.ts";

const storages = listing({
  of: "storages",
  columns: [
    { key: "storage" },
    { key: "node" },
    { key: "type" },
    { key: "status" },
    { key: "used", unit: "bytes" },
    { key: "size", unit: "bytes" },
    { key: "share", unit: "percent", title: "full" },
    { key: "shared", type: "boolean" },
    { key: "content" },
  ],
  filters: ["storage", "node", "type", "status", "text"],
  counted: ["status", "type"],
  id: ["storage", "node"],
});

export const storageList = defineTool({
  name: "proxmox_storage_list",
  title: "List storages",
  describe: "Storages on each node with their content types and space; disabled ones too.",
  risk: "read",
  uses: ["GET /cluster/resources", DEFINITIONS],
  input: featured(Type.Object(storages.inputs), ["filter"]),
  result: storages.result,
  async read(view, pve) {
    const [inventory, definitions] = await Promise.all([
      pve.inventory(),
      pve.get<readonly Definition[]>("/storage"),
    ]);
    const rows: readonly Row[] = inventory.storages.map(
      ({ storage, node, type, status, shared, content, disk, maxdisk }) => ({
        storage,
        node,
        type,
        status,
        used: disk,
        size: maxdisk,
        share: disk === undefined || !maxdisk ? undefined : disk / maxdisk,
        shared,
        content: content.join(","),
      }),
    );
    const seen = new Set(rows.map(({ storage }) => storage));
    return storages.rows(
      [...rows, ...definitions.filter(({ storage }) => !seen.has(storage)).map(unlisted)],
      view,
      unseenIn(inventory),
    );
  },
});

/** Proxmox VE's overview leaves out what is disabled, and may be some seconds behind. */
function unlisted({ storage, type, content, shared, disable }: Definition): Row {
  return {
    storage,
    type,
    status: disable === 1 ? "disabled" : "unknown",
    shared: shared === 1,
    content,
  };
}
