import { defineTool, fromApi, guestRef, refuseRunning, rest } from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";

export const lxcDestroy = defineTool({
  name: "proxmox_lxc_destroy",
  title: "Destroy a container or template",
  describe: "Removes an LXC container or template with its volumes and snapshots.",
  risk: "destructive",
  uses: ["DELETE /nodes/{node}/lxc/{vmid}", STATUS],
  input: fromApi("DELETE /nodes/{node}/lxc/{vmid}", {
    without: ["node"],
    featured: ["force", "purge"],
    describe: {
      force: "Stop it first",
      purge: "Also from backup jobs, replication, HA",
      "destroy-unreferenced-disks": "Also volumes that only bear its VMID",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, ...options }, pve) {
    const guest = await pve.guest("lxc", ref);
    if (options.force !== true)
      await refuseRunning(
        guest,
        pve,
        "destroyed",
        "Shut it down first with proxmox_lxc_action, or set force.",
      );
    const { node, vmid } = guest;
    return [
      rest.delete(
        "/nodes/{node}/lxc/{vmid}",
        { node, vmid, ...options },
        { settle: { kind: "guest", vmid, status: "absent" } },
      ),
    ];
  },
});
