import { defineTool, featured, listing, nodeName, storageName, Type } from "../../sdk/index.ts";
import { DEFINITIONS, placeOf } from "./place.ts";
import { CONTENT, volumeRow, volumesOf } from "./volumes.ts";

const volumes = listing({
  of: "volumes",
  columns: [
    { key: "volid" },
    { key: "content" },
    { key: "format" },
    { key: "size", unit: "bytes" },
    { key: "vmid", type: "integer" },
    { key: "ctime", unit: "time", title: "created" },
    { key: "protected", type: "boolean" },
    { key: "notes" },
    { key: "used", unit: "bytes", optional: true },
    { key: "parent", optional: true },
    { key: "encrypted", optional: true },
  ],
  filters: ["content", "format", "vmid", "text"],
  counted: ["content"],
});

export const storageContent = defineTool({
  name: "proxmox_storage_content",
  title: "List a storage's volumes",
  describe: "Disks, images, templates, backups and snippets on a storage.",
  risk: "read",
  uses: [CONTENT, DEFINITIONS],
  input: featured(
    Type.Object({
      storage: storageName(),
      node: Type.Optional(nodeName({ description: "Unless shared" })),
      ...volumes.inputs,
    }),
    ["storage", "node", "filter"],
  ),
  result: volumes.result,
  async read({ storage, node, ...view }, pve) {
    const place = await placeOf({ storage, node }, pve);
    const all = await volumesOf(place, pve);
    return volumes.rows(all.map(volumeRow), view, {
      note: `On storage ${storage}, seen from node ${place.node}.`,
    });
  },
});
