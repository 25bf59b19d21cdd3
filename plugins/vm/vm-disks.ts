import {
  defineTool,
  fromApi,
  type Guest,
  guestRef,
  needOneTarget,
  needStorageFor,
  rest,
  sameStorage,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { listed } from "./config-route.ts";
import { bytesOf, CONFIG, configOf, DISK, disksOf, needDisk, notedSize, storageOf } from "./disks.ts";

export const vmDiskResize = defineTool({
  name: "proxmox_vm_disk_resize",
  title: "Enlarge a VM's disk",
  describe: "Enlarges a disk of a QEMU VM; it cannot shrink. The guest has to grow its file system itself.",
  risk: "write",
  uses: ["PUT /nodes/{node}/qemu/{vmid}/resize", CONFIG],
  input: fromApi("PUT /nodes/{node}/qemu/{vmid}/resize", {
    without: ["node"],
    featured: ["disk", "size"],
    describe: { size: "20G, or +5G to add", digest: "Of the configuration as read" },
    extra: { vmid: guestRef(), disk: Type.String({ pattern: DISK, description: "Such as scsi0" }) },
  }),
  async plan({ vmid: ref, disk: name, size, digest }, pve) {
    const guest = await pve.guest("qemu", ref);
    const present = notedSize(needDisk(guest, await configOf(guest, pve), name));
    refuseShrinking(guest, name, present, String(size));
    const { node, vmid } = guest;
    return [rest.put("/nodes/{node}/qemu/{vmid}/resize", { node, vmid, disk: name, size, digest })];
  },
});

function refuseShrinking(
  { vmid, name }: Guest,
  disk: string,
  present: string | undefined,
  size: string,
): void {
  const [is, wanted] = [bytesOf(present), bytesOf(size)];
  if (is === undefined || wanted === undefined || wanted >= is) return;
  throw new ToolError({
    code: "invalid_input",
    message: `${disk} of VM ${vmid} (${name}) has ${present} already; a disk cannot shrink.`,
    next: `Give more than ${present}, or +SIZE to add to it.`,
  });
}

export const vmDiskMove = defineTool({
  name: "proxmox_vm_disk_move",
  title: "Move a VM's disk",
  describe:
    "Copies a disk of a QEMU VM to another storage, or gives it to another VM. The source stays as unusedN.",
  // With `delete` the source is removed.
  risk: "destructive",
  uses: ["POST /nodes/{node}/qemu/{vmid}/move_disk", CONFIG],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/move_disk", {
    without: ["node"],
    risk: "destructive",
    featured: ["storage", "delete"],
    describe: {
      delete: "Remove the source",
      bwlimit: "KiB/s",
      digest: "Of the configuration as read",
      "target-digest": "Of the other VM's configuration",
      "target-vmid": "VM that gets the disk, in place of storage",
    },
    extra: {
      vmid: guestRef(),
      disk: Type.String({ minLength: 1, description: "Such as scsi0" }),
      "target-disk": Type.Optional(Type.String({ description: "Its name there" })),
    },
  }),
  async plan({ vmid: ref, disk: name, storage, ...options }, pve) {
    const guest = await pve.guest("qemu", ref);
    needOneTarget("disk", storage, options["target-vmid"]);
    const from = storageOf(needDisk(guest, await configOf(guest, pve), name));
    if (storage !== undefined) {
      if (storage === from && options.format === undefined)
        throw sameStorage(guest, name, storage, "give format to convert it");
      await needStorageFor(guest, storage, pve);
    }
    const { node, vmid } = guest;
    return [
      rest.post("/nodes/{node}/qemu/{vmid}/move_disk", { node, vmid, disk: name, storage, ...options }),
    ];
  },
});

export const vmDiskUnlink = defineTool({
  name: "proxmox_vm_disk_unlink",
  title: "Detach a VM's disks",
  describe: "Detaches disks of a QEMU VM; their volumes stay as unusedN.",
  // An unusedN is removed, and so is everything with `force`.
  risk: "destructive",
  uses: ["PUT /nodes/{node}/qemu/{vmid}/unlink", CONFIG],
  input: fromApi("PUT /nodes/{node}/qemu/{vmid}/unlink", {
    without: ["node"],
    risk: "destructive",
    describe: {
      idlist: "Such as scsi1; the volume of an unusedN goes for good",
      force: "Remove the volumes",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, idlist, force }, pve) {
    const guest = await pve.guest("qemu", ref);
    const config = await configOf(guest, pve);
    const names = listed(idlist);
    for (const name of names) if (!isDrive(config, name)) needDisk(guest, config, name);
    const { node, vmid } = guest;
    return [rest.put("/nodes/{node}/qemu/{vmid}/unlink", { node, vmid, idlist, force })];
  },
});

/** Also a drive for CDs can be taken away. */
function isDrive(config: Readonly<Record<string, unknown>>, name: string): boolean {
  return config[name] !== undefined && (new RegExp(DISK).test(name) || disksOf(config).includes(name));
}
