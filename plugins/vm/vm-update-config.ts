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
  describe:
    "Sets or deletes options of one QEMU VM. What a running VM cannot take at once stays pending until it is stopped and started; revert drops such changes.",
  // With `force`, or for an unusedN, `delete` removes the volume itself.
  risk: "destructive",
  uses: ["PUT /nodes/{node}/qemu/{vmid}/config", "POST /nodes/{node}/qemu/{vmid}/config"],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/config", {
    without: ["node", "skiplock", "background_delay", "unused[n]"],
    risk: "destructive",
    describe: {
      ...OPTION_WORDS,
      delete: "Options to remove; a disk stays as unusedN unless force is set, an unusedN goes for good",
      revert: "Options whose pending change is dropped",
      force: "Remove the volumes of deleted disks as well",
      digest: "Change only if the configuration still has this digest (from proxmox_vm_get)",
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
