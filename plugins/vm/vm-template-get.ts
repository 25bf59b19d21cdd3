import { defineTool, guestRef, record, ToolError, Type } from "../../sdk/index.ts";

export const vmTemplateGet = defineTool({
  name: "proxmox_vm_template_get",
  title: "Look at a VM template",
  describe: "One QEMU template: where it is and its configuration, as a clone would get it.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /nodes/{node}/qemu/{vmid}/config"],
  input: Type.Object({ vmid: guestRef() }),
  async read({ vmid: ref }, pve) {
    const { vmid, node, name, pool, tags, template, maxdisk, maxmem } = await pve.guest("qemu", ref);
    if (!template) {
      throw new ToolError({
        code: "invalid_input",
        message: `VM ${vmid} (${name}) is not a template.`,
        next: "Use proxmox_vm_get for it; proxmox_vm_template_list shows the templates.",
      });
    }
    const config = await pve.get<Readonly<Record<string, unknown>>>("/nodes/{node}/qemu/{vmid}/config", {
      node,
      vmid,
    });
    return record({
      title: `Template ${vmid} (${name}) on ${node}`,
      fields: { vmid, name, node, pool, tags: tags.join(";") || undefined, maxmem, maxdisk, config },
      units: { maxmem: "bytes", maxdisk: "bytes" },
    });
  },
});
