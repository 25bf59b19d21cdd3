import { defineTool, guestRef, refuseRunning, rest, ToolError, Type } from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";

export const lxcConvertToTemplate = defineTool({
  name: "proxmox_lxc_convert_to_template",
  title: "Turn a container into a template",
  describe: "Turns a stopped LXC container into a template, for good. Answers before the conversion is done.",
  risk: "write",
  uses: ["POST /nodes/{node}/lxc/{vmid}/template", STATUS],
  input: Type.Object({ vmid: guestRef() }),
  async plan({ vmid: ref }, pve) {
    const guest = await pve.guest("lxc", ref);
    const { node, vmid, name, template } = guest;
    if (template) {
      throw new ToolError({
        code: "conflict",
        message: `Container ${vmid} (${name}) is a template already.`,
        next: "Nothing to do; clone it with proxmox_lxc_clone.",
      });
    }
    await refuseRunning(guest, pve, "made a template");
    return [rest.post("/nodes/{node}/lxc/{vmid}/template", { node, vmid })];
  },
});
