import { defineTool, file, Type } from "../../sdk/index.ts";
import { FILE_USES, PLACE_INPUTS, placeOf } from "./place.ts";

const MOST_BYTES = 8_388_608;

/** Reads a file anywhere. */
export const fileRead = defineTool({
  name: "proxmox_file_read",
  title: "Read a file",
  describe:
    "Reads a file on a node by SSH, in a VM by its agent, or in a container; a long or binary one becomes an artifact.",
  risk: "escape",
  uses: FILE_USES,
  input: Type.Object({
    ...PLACE_INPUTS,
    path: Type.String({ minLength: 1, description: "Absolute" }),
    maxBytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 2 ** 30, description: "Default 8 MiB" })),
  }),
  async plan({ node, vmid, path, maxBytes = MOST_BYTES }, pve) {
    return [file.read(await placeOf({ node, vmid }, pve), path, { maxBytes })];
  },
});
