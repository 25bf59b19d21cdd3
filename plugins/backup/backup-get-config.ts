import { defineTool, details, featured, nodeName, Type } from "../../sdk/index.ts";
import { configOf, EXTRACT } from "./archive-config.ts";
import { CONTENT, needArchive } from "./archives.ts";

const backup = details([
  { key: "volid" },
  { key: "node" },
  { key: "kind" },
  { key: "vmid", type: "integer" },
  { key: "ctime", unit: "time" },
  { key: "size", unit: "bytes" },
  { key: "format" },
  { key: "protected", type: "boolean" },
  { key: "encrypted", type: "boolean" },
  { key: "verified" },
  { key: "notes" },
  { key: "drives", type: "array" },
  { key: "config", type: "object" },
]);

export const backupGetConfig = defineTool({
  name: "proxmox_backup_get_config",
  title: "Show a backup's configuration",
  describe: "A backup, with the guest's configuration in it.",
  risk: "read",
  uses: [CONTENT, EXTRACT],
  input: featured(
    Type.Object({
      volid: Type.String({ pattern: "^[^:]+:.+$" }),
      node: Type.Optional(nodeName({ description: "Where several have it" })),
      ...backup.inputs,
    }),
    ["volid"],
  ),
  result: backup.result,
  async read({ volid, node: on, ...view }, pve) {
    const archive = await needArchive(volid, on, pve);
    const { options, drives } = await configOf(archive, pve);
    const { node, kind, vmid, ctime, size, format, encrypted, verified, notes } = archive;
    // The API hides it in a guest's configuration, but not in a backup's.
    const config = "cipassword" in options ? { ...options, cipassword: "**********" } : options;
    const fields = {
      ...{ volid, node, kind, vmid, ctime, size, format, protected: archive.protected },
      ...{ encrypted, verified, notes, drives, config },
    };
    const title = `Backup ${volid}`;
    return backup.record({ title, fields, defaults: { protected: false, encrypted: false } }, view);
  },
});
