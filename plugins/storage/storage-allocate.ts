import { defineTool, fromApi, nodeName, rest, storageName, ToolError, Type } from "../../sdk/index.ts";
import { DEFINITIONS, definitionOf, nodeOf } from "./place.ts";
import { needSpace, STATUS } from "./space.ts";
import { CONTENT, volumesOf } from "./volumes.ts";

const UNITS: Readonly<Record<string, number>> = { "": 2 ** 10, M: 2 ** 20, G: 2 ** 30 };

export const storageAllocate = defineTool({
  name: "proxmox_storage_allocate",
  title: "Make a volume",
  describe: "Makes an empty volume for a guest, not attached yet.",
  risk: "write",
  uses: ["POST /nodes/{node}/storage/{storage}/content", CONTENT, STATUS, DEFINITIONS],
  input: fromApi("POST /nodes/{node}/storage/{storage}/content", {
    featured: [],
    describe: { filename: "vm-VMID-NAME, in folders with .qcow2" },
    extra: {
      node: Type.Optional(nodeName({ description: "Unless shared" })),
      storage: storageName(),
      size: Type.String({ pattern: "^\\d+[MG]?$", description: "10G, 512M" }),
    },
  }),
  async plan({ storage, node: asked, filename, size, vmid, format }, pve) {
    const definition = await definitionOf(storage, pve);
    const place = { storage, node: await nodeOf(definition, asked, pve) };
    const name = String(filename);
    const all = await volumesOf(place, pve, { vmid: Number(vmid) });
    const taken = all.find(({ volid }) => /[^/:]+$/.exec(volid)?.[0] === name);
    if (taken !== undefined) {
      throw new ToolError({
        code: "conflict",
        message: `${taken.volid} exists already.`,
        next: "Choose another filename.",
      });
    }
    // Thin storages promise more than they have: only that the storage answers can be told for certain.
    await needSpace(place, isThin(definition.type, name, format) ? 0 : bytesOf(size), pve);
    return [rest.post("/nodes/{node}/storage/{storage}/content", { ...place, filename, size, vmid, format })];
  },
});

function bytesOf(size: string): number {
  const [, number = "0", unit = ""] = /^(\d+)([MG]?)$/.exec(size) ?? [];
  return Number(number) * (UNITS[unit] ?? 1);
}

function isThin(type: string, name: string, format: unknown): boolean {
  if (type === "lvm") return false;
  return type !== "zfspool" || format === "subvol" || name.startsWith("subvol-");
}
