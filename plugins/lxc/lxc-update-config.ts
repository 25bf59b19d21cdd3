import { defineTool, fromApi, guestRef, rest, ToolError } from "../../sdk/index.ts";
import { OPTION_WORDS } from "./option-words.ts";

export const lxcUpdateConfig = defineTool({
  name: "proxmox_lxc_update_config",
  title: "Change a container's configuration",
  describe: "Sets or deletes options of an LXC container. What cannot change while it runs stays pending.",
  // For an unusedN, `delete` removes the volume itself.
  risk: "destructive",
  uses: ["PUT /nodes/{node}/lxc/{vmid}/config"],
  input: fromApi("PUT /nodes/{node}/lxc/{vmid}/config", {
    without: ["node", "unprivileged", "unused[n]"],
    risk: "destructive",
    featured: ["hostname", "memory", "cores", "net0", "delete"],
    describe: {
      ...OPTION_WORDS,
      delete: "Volumes stay as unusedN; those go for good",
      revert: "Drop pending changes",
      digest: "Of the configuration as read",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, ...changes }, pve) {
    if (!Object.entries(changes).some(([name, value]) => value !== undefined && name !== "digest")) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give at least one option to set, or delete or revert.",
      });
    }
    const { node, vmid } = await pve.guest("lxc", ref);
    return [rest.put("/nodes/{node}/lxc/{vmid}/config", { node, vmid, ...changes })];
  },
});
