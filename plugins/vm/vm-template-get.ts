import { apiDefaults, defineTool, details, guestRef, ToolError, Type } from "../../sdk/index.ts";

const CONFIG_DEFAULTS = apiDefaults("POST /nodes/{node}/qemu/{vmid}/config");

const templateOf = details([
  { key: "vmid", type: "integer" },
  { key: "name" },
  { key: "node" },
  { key: "pool" },
  { key: "tags" },
  { key: "maxmem", unit: "bytes" },
  { key: "maxdisk", unit: "bytes" },
  { key: "config", type: "object" },
]);

export const vmTemplateGet = defineTool({
  name: "proxmox_vm_template_get",
  title: "Look at a VM template",
  describe: "One QEMU template: node and configuration, as a clone would get it.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /nodes/{node}/qemu/{vmid}/config"],
  input: Type.Object({ vmid: guestRef(), ...templateOf.inputs }),
  result: templateOf.result,
  async read({ vmid: ref, ...view }, pve) {
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
    const fields = { vmid, name, node, pool, tags: tags.join(";") || undefined, maxmem, maxdisk, config };
    const title = `Template ${vmid} (${name}) on ${node}`;
    return templateOf.record({ title, fields, defaults: { config: CONFIG_DEFAULTS } }, view);
  },
});
