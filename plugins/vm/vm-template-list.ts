import { countBy, defineTool, list, Type } from "../../sdk/index.ts";
import { cutNote, DEFAULT_LIMIT, guestFilters, guestRow, matching } from "./filters.ts";

export const vmTemplateList = defineTool({
  name: "proxmox_vm_template_list",
  title: "List VM templates",
  describe: "QEMU templates to clone from: VMID, name, node, memory, disk, tags.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object(guestFilters),
  async read({ limit = DEFAULT_LIMIT, ...filter }, pve) {
    const { guests } = await pve.inventory();
    const templates = matching(
      guests.filter(({ kind, template }) => kind === "qemu" && template),
      filter,
    );
    return list({
      of: "VM templates",
      columns: [
        { key: "vmid" },
        { key: "name" },
        { key: "node" },
        { key: "maxcpu", unit: "count", title: "cores" },
        { key: "maxmem", unit: "bytes", title: "memory" },
        { key: "maxdisk", unit: "bytes", title: "disk" },
        { key: "pool" },
        { key: "tags" },
      ],
      rows: templates.slice(0, limit).map(guestRow),
      total: templates.length,
      counts: { node: countBy(templates, ({ node }) => node) },
      ...cutNote(templates.length, limit),
    });
  },
});
