import { countBy, defineTool, list, Type } from "../../sdk/index.ts";
import { cutNote, DEFAULT_LIMIT, guestFilters, guestRow, matching } from "./filters.ts";

export const vmList = defineTool({
  name: "proxmox_vm_list",
  title: "List VMs",
  describe:
    "QEMU VMs of the cluster without templates: VMID, name, node, status, load, memory, tags. Counts come first.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object({
    ...guestFilters,
    status: Type.Optional(Type.String({ description: "Only in this status: running, stopped, paused, …" })),
  }),
  async read({ limit = DEFAULT_LIMIT, ...filter }, pve) {
    const { guests } = await pve.inventory();
    const vms = matching(
      guests.filter(({ kind, template }) => kind === "qemu" && !template),
      filter,
    );
    return list({
      of: "VMs",
      columns: [
        { key: "vmid" },
        { key: "name" },
        { key: "node" },
        { key: "status" },
        { key: "cpu", unit: "percent" },
        { key: "maxcpu", unit: "count", title: "cores" },
        { key: "mem", unit: "bytes" },
        { key: "maxmem", unit: "bytes" },
        { key: "maxdisk", unit: "bytes", title: "disk" },
        { key: "uptime", unit: "seconds" },
        { key: "pool" },
        { key: "tags" },
        { key: "lock" },
        { key: "hastate", title: "ha" },
      ],
      rows: vms.slice(0, limit).map(guestRow),
      total: vms.length,
      counts: { status: countBy(vms, ({ status }) => status), node: countBy(vms, ({ node }) => node) },
      ...cutNote(vms.length, limit),
    });
  },
});
