import { defineTool, featured, listing, nodeName, type PveReader, ToolError, Type } from "../../sdk/index.ts";
import { CONTENT, needArchive } from "./archives.ts";
import { isOn } from "./job.ts";

/** An entry as the API answers it; its path is encoded. */
interface Entry {
  readonly filepath: string;
  readonly text: string;
  readonly type: string;
  readonly leaf?: unknown;
  readonly size?: number;
  readonly mtime?: number;
}

const files = listing({
  of: "entries",
  columns: [
    { key: "name" },
    { key: "path" },
    { key: "type" },
    { key: "leaf", type: "boolean" },
    { key: "size", unit: "bytes" },
    { key: "mtime", unit: "time", title: "changed" },
  ],
  filters: ["name", "type", "text"],
  id: ["path"],
  sort: "name",
});

/** Words for the API's letters, as the catalogs of a Proxmox Backup Server have them. */
const TYPES: Readonly<Record<string, string>> = {
  d: "directory",
  f: "file",
  l: "symlink",
  h: "hardlink",
  b: "block device",
  c: "device",
  p: "fifo",
  s: "socket",
  v: "virtual",
};

export const backupFiles = defineTool({
  name: "proxmox_backup_files",
  title: "List files in a backup",
  describe: "Files below a path in a backup on a Proxmox Backup Server; other storages cannot do that.",
  risk: "read",
  uses: ["GET /nodes/{node}/storage/{storage}/file-restore/list", CONTENT],
  input: featured(
    Type.Object({
      volid: Type.String({ pattern: "^[^:]+:.+$" }),
      path: Type.Optional(Type.String({ minLength: 1, description: "/ shows archives and disks" })),
      node: Type.Optional(nodeName()),
      ...files.inputs,
    }),
    ["volid", "path"],
  ),
  result: files.result,
  async read({ volid, path = "/", node: on, ...view }, pve) {
    await refuseOthers(volid, pve);
    const { storage, node } = await needArchive(volid, on, pve);
    const entries = await pve.get<readonly Entry[]>("/nodes/{node}/storage/{storage}/file-restore/list", {
      node,
      storage,
      volume: volid,
      filepath: path === "/" ? "/" : encoded(path),
    });
    const rows = entries.map(({ filepath, text, type, leaf, size, mtime }) => ({
      name: text,
      path: decoded(filepath),
      type: TYPES[type] ?? type,
      leaf: isOn(leaf),
      size,
      mtime,
    }));
    return files.rows(rows, view);
  },
});

function encoded(path: string): string {
  return Buffer.from(path.startsWith("/") ? path : `/${path}`).toString("base64");
}

function decoded(filepath: string): string {
  return Buffer.from(filepath, "base64").toString("utf8");
}

/** Fails for a storage that is no Proxmox Backup Server; one that is not visible is told apart later. */
async function refuseOthers(volid: string, pve: PveReader): Promise<void> {
  const [name] = volid.split(":");
  const storage = (await pve.inventory()).storages.find((one) => one.storage === name);
  if (storage?.type === undefined || storage.type === "pbs") return;
  throw new ToolError({
    code: "unsupported",
    message: `Storage ${name} is of type ${storage.type}; only backups on a Proxmox Backup Server (pbs) show their files.`,
    next: "Restore the backup to a free VMID with a proxmox_backup_restore tool, and look at the files in that guest.",
  });
}
