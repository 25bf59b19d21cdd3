import {
  defineTool,
  guestRow,
  listing,
  TEMPLATE_COLUMNS,
  TEMPLATE_FILTERS,
  Type,
  unseenIn,
} from "../../sdk/index.ts";

const templates = listing({
  of: "VM templates",
  columns: TEMPLATE_COLUMNS,
  filters: TEMPLATE_FILTERS,
  counted: ["node"],
});

export const vmTemplateList = defineTool({
  name: "proxmox_vm_template_list",
  title: "List VM templates",
  describe: "QEMU templates to clone from.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object(templates.inputs),
  result: templates.result,
  async read(view, pve) {
    const inventory = await pve.inventory();
    const own = inventory.guests.filter(({ kind, template }) => kind === "qemu" && template);
    return templates.rows(own.map(guestRow), view, unseenIn(inventory));
  },
});
