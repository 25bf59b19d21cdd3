import { defineTool, fromApi, guestRef, rest } from "../../sdk/index.ts";
import { freeVmid } from "./free-vmid.ts";

export const vmClone = defineTool({
  name: "proxmox_vm_clone",
  title: "Clone a VM or template",
  describe: "Copies a QEMU VM or template to a new VMID. A template is cloned linked unless full is set.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/clone", "GET /cluster/nextid"],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/clone", {
    without: ["node"],
    optional: ["newid"],
    describe: {
      newid: "VMID of the copy; left out: the next free one",
      full: "Copy all disks instead of linking to the template's",
      target: "Node of the copy; another one needs shared storage",
      storage: "Storage of a full copy's disks",
      format: "Format of a full copy's disks on file storage",
      snapname: "Copy this snapshot",
      bwlimit: "KiB/s",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, newid, target, ...options }, pve) {
    const [{ node, vmid }, free] = await Promise.all([pve.guest("qemu", ref), freeVmid(newid, pve)]);
    if (target !== undefined) await pve.node(target);
    return [rest.post("/nodes/{node}/qemu/{vmid}/clone", { node, vmid, newid: free, target, ...options })];
  },
});
