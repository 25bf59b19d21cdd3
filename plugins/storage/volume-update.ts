import { defineTool, fromApi, nodeName, rest, ToolError, Type } from "../../sdk/index.ts";
import { DEFINITIONS, placeOf } from "./place.ts";
import { CONTENT, storageOf, volumeOf } from "./volumes.ts";

export const volumeUpdate = defineTool({
  name: "proxmox_storage_volume_update",
  title: "Note or protect a backup",
  describe: "Sets a backup's notes, or protects it from removal.",
  risk: "write",
  uses: ["PUT /nodes/{node}/storage/{storage}/content/{volume}", CONTENT, DEFINITIONS],
  input: fromApi("PUT /nodes/{node}/storage/{storage}/content/{volume}", {
    without: ["storage", "volume"],
    extra: {
      volid: Type.String({ minLength: 3 }),
      node: Type.Optional(nodeName({ description: "Unless shared" })),
    },
  }),
  async plan({ volid, node: asked, notes, protected: kept }, pve) {
    if (notes === undefined && kept === undefined) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give notes or protected.",
      });
    }
    const place = await placeOf({ storage: storageOf(volid), node: asked }, pve);
    const { content } = await volumeOf(volid, place, pve);
    if (content !== "backup") {
      throw new ToolError({
        code: "conflict",
        message: `${volid} is of kind ${content}; only backups have notes and protection.`,
        next: "proxmox_storage_content with filter content: backup lists backups.",
      });
    }
    return [
      rest.put("/nodes/{node}/storage/{storage}/content/{volume}", {
        ...place,
        volume: volid,
        notes,
        protected: kept,
      }),
    ];
  },
});
