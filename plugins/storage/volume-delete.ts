import {
  defineTool,
  fromApi,
  isToolError,
  nodeName,
  type PveReader,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { DEFINITIONS, placeOf } from "./place.ts";
import { inGib } from "./space.ts";
import { CONTENT, storageOf, type Volume, volumeOf } from "./volumes.ts";

const VM_CONFIG = "GET /nodes/{node}/qemu/{vmid}/config";
const CT_CONFIG = "GET /nodes/{node}/lxc/{vmid}/config";

export const volumeDelete = defineTool({
  name: "proxmox_storage_volume_delete",
  title: "Delete a volume",
  describe: "Deletes a disk, image, template or backup for good; not one that its guest uses.",
  risk: "destructive",
  uses: [
    "DELETE /nodes/{node}/storage/{storage}/content/{volume}",
    CONTENT,
    DEFINITIONS,
    { use: VM_CONFIG, optional: true },
    { use: CT_CONFIG, optional: true },
  ],
  input: fromApi("DELETE /nodes/{node}/storage/{storage}/content/{volume}", {
    // The kernel follows the task; waiting inside the request would only hide it.
    without: ["storage", "volume", "delay"],
    extra: {
      volid: Type.String({ minLength: 3 }),
      node: Type.Optional(nodeName({ description: "Unless shared" })),
    },
  }),
  async plan({ volid, node: asked }, pve) {
    const place = await placeOf({ storage: storageOf(volid), node: asked }, pve);
    const volume = await volumeOf(volid, place, pve);
    if (volume.protected === 1) {
      throw new ToolError({
        code: "conflict",
        message: `${volid} is protected.`,
        next: "Take the protection away first: proxmox_storage_volume_update with protected: false.",
      });
    }
    const doubt = await refuseUsed(volume, pve);
    const what = `Deletes ${volid} (${volume.content}, ${inGib(volume.size)}) for good`;
    const note = doubt === undefined ? `${what}.` : `${what}; ${doubt}.`;
    return [
      rest.delete("/nodes/{node}/storage/{storage}/content/{volume}", { ...place, volume: volid }, { note }),
    ];
  },
});

/** Fails where the volume's guest names it in its configuration; answers what could not be looked at. */
async function refuseUsed({ volid, content, vmid }: Volume, pve: PveReader): Promise<string | undefined> {
  if (vmid === undefined || (content !== "images" && content !== "rootdir")) return undefined;
  const guest = (await pve.inventory()).guests.find((one) => one.vmid === vmid);
  if (guest === undefined) return undefined;
  const options = await optionsOf(guest, pve);
  if (options === undefined) return `whether guest ${vmid} uses it could not be looked at`;
  const used = Object.entries(options).find(
    ([key, value]) => !/^unused\d+$/.test(key) && `${String(value)},`.includes(`${volid},`),
  );
  if (used === undefined) return undefined;
  throw new ToolError({
    code: "conflict",
    message: `${volid} is ${used[0]} of guest ${vmid} (${guest.name}).`,
    next: "Detach it from the guest first.",
  });
}

async function optionsOf(
  { kind, node, vmid }: { readonly kind: "qemu" | "lxc"; readonly node: string; readonly vmid: number },
  pve: PveReader,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const path = kind === "qemu" ? "/nodes/{node}/qemu/{vmid}/config" : "/nodes/{node}/lxc/{vmid}/config";
  try {
    return await pve.get<Readonly<Record<string, unknown>>>(path, { node, vmid });
  } catch (error) {
    if (isToolError(error) && error.code === "forbidden") return undefined;
    throw error;
  }
}
