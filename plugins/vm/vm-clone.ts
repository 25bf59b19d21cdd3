import { defineTool, freeVmid, fromApi, guestRef, rest } from "../../sdk/index.ts";

export const vmClone = defineTool({
  name: "proxmox_vm_clone",
  title: "Clone a VM or template",
  describe: "Copies a QEMU VM or template to a new VMID; a template linked unless full.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/clone", "GET /cluster/nextid"],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/clone", {
    without: ["node"],
    optional: ["newid"],
    featured: ["newid", "name", "full", "target", "storage"],
    describe: {
      newid: "Next free if left out",
      target: "Node; needs shared storage",
      storage: "For a full clone",
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
