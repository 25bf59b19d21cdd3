import { defineTool, freeVmid, fromApi, guestRef, refuseRunning, rest } from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";

export const lxcClone = defineTool({
  name: "proxmox_lxc_clone",
  title: "Clone a container or template",
  describe: "Copies an LXC container or template to a new VMID; a template linked unless full.",
  risk: "write",
  uses: ["POST /nodes/{node}/lxc/{vmid}/clone", "GET /cluster/nextid", STATUS],
  input: fromApi("POST /nodes/{node}/lxc/{vmid}/clone", {
    without: ["node"],
    optional: ["newid"],
    featured: ["newid", "hostname", "full", "storage"],
    describe: {
      newid: "Next free if left out",
      target: "Node; needs shared storage",
      storage: "For a full clone",
      bwlimit: "KiB/s",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, newid, target, ...options }, pve) {
    const [guest, free] = await Promise.all([pve.guest("lxc", ref), freeVmid(newid, pve)]);
    const { node, vmid, template } = guest;
    if (target !== undefined) await pve.node(target);
    if (!template && options.snapname === undefined && options.full !== false)
      await refuseRunning(guest, pve, "copied as it is", "Shut it down first, or clone a snapshot of it.");
    return [rest.post("/nodes/{node}/lxc/{vmid}/clone", { node, vmid, newid: free, target, ...options })];
  },
});
