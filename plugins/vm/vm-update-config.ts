import { defineTool, fromApi, guestRef, rest, ToolError } from "../../sdk/index.ts";
import { configRoute } from "./config-route.ts";
import { memory, OPTION_WORDS } from "./option-words.ts";

/** Parameters that change nothing by themselves. */
const MODIFIERS: ReadonlySet<string> = new Set([
  "digest",
  "force",
  "background_delay",
  "import-working-storage",
]);

export const vmUpdateConfig = defineTool({
  name: "proxmox_vm_update_config",
  title: "Change a VM's configuration",
  describe: "Sets or deletes options of a QEMU VM. What cannot change while it runs stays pending.",
  // With `force`, or for an unusedN, `delete` removes the volume itself.
  risk: "destructive",
  uses: ["PUT /nodes/{node}/qemu/{vmid}/config", "POST /nodes/{node}/qemu/{vmid}/config"],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/config", {
    without: ["node", "skiplock", "background_delay", "unused[n]"],
    risk: "destructive",
    featured: ["name", "cores", "net0", "scsi1", "delete"],
    describe: {
      ...OPTION_WORDS,
      delete: "Disks stay as unusedN; those go for good",
      revert: "Drop pending changes",
      force: "Remove the volumes of deleted disks as well",
      digest: "Of the configuration as read",
    },
    extra: { vmid: guestRef(), memory },
  }),
  async plan({ vmid: ref, ...changes }, pve) {
    if (!Object.entries(changes).some(([name, value]) => value !== undefined && !MODIFIERS.has(name))) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give at least one option to set, or delete or revert.",
      });
    }
    const { node, vmid } = await pve.guest("qemu", ref);
    const params = { node, vmid, ...changes };
    return [
      configRoute(changes) === "POST"
        ? rest.post("/nodes/{node}/qemu/{vmid}/config", params)
        : rest.put("/nodes/{node}/qemu/{vmid}/config", params),
    ];
  },
});
