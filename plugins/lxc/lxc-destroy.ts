import { defineTool, fromApi, guestRef, rest } from "../../sdk/index.ts";
import { refuseRunning, STATUS } from "./running.ts";

export const lxcDestroy = defineTool({
  name: "proxmox_lxc_destroy",
  title: "Destroy a container or template",
  describe: "Removes an LXC container or template with its volumes and snapshots. Cannot be undone.",
  risk: "destructive",
  uses: ["DELETE /nodes/{node}/lxc/{vmid}", STATUS],
  input: fromApi("DELETE /nodes/{node}/lxc/{vmid}", {
    without: ["node"],
    describe: {
      force: "Stop it first where it runs",
      purge: "Also remove it from backup jobs, replication and HA",
      "destroy-unreferenced-disks": "Also remove volumes with its VMID that its configuration does not name",
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
