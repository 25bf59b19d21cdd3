import { defineTool, fromApi, guestRef, refuseRunning, rest } from "../../sdk/index.ts";

export const vmDestroy = defineTool({
  name: "proxmox_vm_destroy",
  title: "Destroy a VM or template",
  describe: "Removes a stopped QEMU VM or template with its disks and snapshots. Cannot be undone.",
  risk: "destructive",
  uses: ["DELETE /nodes/{node}/qemu/{vmid}", "GET /nodes/{node}/qemu/{vmid}/status/current"],
  input: fromApi("DELETE /nodes/{node}/qemu/{vmid}", {
    without: ["node", "skiplock"],
    describe: {
      purge: "Also from backup jobs, replication, HA",
      "destroy-unreferenced-disks": "Also disks that only bear its VMID",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, ...options }, pve) {
    const guest = await pve.guest("qemu", ref);
    await refuseRunning(guest, pve, "destroyed");
    const { node, vmid } = guest;
    return [
      rest.delete(
        "/nodes/{node}/qemu/{vmid}",
        { node, vmid, ...options },
        { settle: { kind: "guest", vmid, status: "absent" } },
      ),
    ];
  },
});
