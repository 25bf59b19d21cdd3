import { defineTool, featured, listing, Type } from "../../sdk/index.ts";
import { type Archive, archivesOn, CONTENT, places, whyUnread } from "./archives.ts";

const backups = listing({
  of: "backups",
  columns: [
    { key: "volid" },
    { key: "node" },
    { key: "vmid", type: "integer" },
    { key: "guest" },
    { key: "kind" },
    { key: "ctime", unit: "time", title: "made" },
    { key: "size", unit: "bytes" },
    { key: "protected", type: "boolean" },
    { key: "notes" },
    { key: "format", optional: true },
    { key: "encrypted", type: "boolean", optional: true },
    { key: "verified", optional: true },
  ],
  filters: ["vmid", "storage", "node", "kind", "text"],
  counted: ["storage", "kind"],
  id: ["volid", "node"],
  sort: "-ctime",
});

export const backupList = defineTool({
  name: "proxmox_backup_list",
  title: "List backups",
  describe: "Backups on all storages, newest first.",
  risk: "read",
  uses: [CONTENT],
  input: featured(Type.Object(backups.inputs), ["filter"]),
  result: backups.result,
  async read(view, pve) {
    const { storages, guests } = await pve.inventory();
    const { storage: wanted } = view.filter ?? {};
    const asked = storages.filter(
      ({ storage }) => wanted === undefined || storage.toLowerCase() === wanted.toLowerCase(),
    );
    const { open, shut } = places(asked);
    const unseen = shut.map(({ storage, node, status }) => `${storage} on ${node} is ${status}`);
    const found = await Promise.all(
      open.map(async (place): Promise<readonly Archive[]> => {
        try {
          return await archivesOn(place, pve);
        } catch (error) {
          unseen.push(whyUnread(error, place, pve));
          return [];
        }
      }),
    );
    const names = new Map(guests.map(({ vmid, name }) => [vmid, name]));
    const rows = found.flat().map(({ shared, node, ...archive }) => ({
      ...archive,
      node: shared ? undefined : node,
      guest: archive.vmid === undefined ? undefined : names.get(archive.vmid),
    }));
    return backups.rows(rows, view, unseen.length === 0 ? {} : { unseen });
  },
});
