import {
  defineTool,
  GUEST_COLUMNS,
  GUEST_FILTERS,
  guestRow,
  listing,
  Type,
  unseenIn,
} from "../../sdk/index.ts";

const vms = listing({
  of: "VMs",
  columns: GUEST_COLUMNS,
  filters: GUEST_FILTERS,
  counted: ["status", "node"],
});

export const vmList = defineTool({
  name: "proxmox_vm_list",
  title: "List VMs",
  describe: "QEMU VMs of the cluster without templates, counted by status and node.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object(vms.inputs),
  result: vms.result,
  async read(view, pve) {
    const inventory = await pve.inventory();
    const own = inventory.guests.filter(({ kind, template }) => kind === "qemu" && !template);
    return vms.rows(own.map(guestRow), view, unseenIn(inventory));
  },
});
