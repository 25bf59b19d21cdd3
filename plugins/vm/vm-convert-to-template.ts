import { defineTool, fromApi, guestRef, refuseRunning, rest, ToolError } from "../../sdk/index.ts";

export const vmConvertToTemplate = defineTool({
  name: "proxmox_vm_convert_to_template",
  title: "Turn a VM into a template",
  describe: "Turns a stopped QEMU VM into a template, for good: it runs no more, only clones do.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/template", "GET /nodes/{node}/qemu/{vmid}/status/current"],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/template", {
    without: ["node"],
    describe: { disk: "Only this disk, such as scsi0" },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, disk }, pve) {
    const guest = await pve.guest("qemu", ref);
    const { node, vmid, name, template } = guest;
    if (template && disk === undefined) {
      throw new ToolError({
        code: "conflict",
        message: `VM ${vmid} (${name}) is a template already.`,
        next: "Nothing to do; clone it with proxmox_vm_clone.",
      });
    }
    await refuseRunning(guest, pve, "made a template");
    return [rest.post("/nodes/{node}/qemu/{vmid}/template", { node, vmid, disk })];
  },
});
