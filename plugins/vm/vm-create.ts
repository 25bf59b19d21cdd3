import { bridgeName, defineTool, freeVmid, fromApi, rest, storageName, Type } from "../../sdk/index.ts";
import { withShorthand } from "./new-vm.ts";
import { memory, OPTION_WORDS } from "./option-words.ts";

export const vmCreate = defineTool({
  name: "proxmox_vm_create",
  title: "Create a VM",
  describe: "Creates a QEMU VM. diskGiB and bridge are short forms for scsi0 and net0.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu", "GET /cluster/nextid"],
  input: fromApi("POST /nodes/{node}/qemu", {
    // Restoring from a backup is another tool's work, and these parameters only go with it.
    without: ["archive", "force", "unique", "live-restore", "bwlimit", "storage", "unused[n]"],
    optional: ["vmid"],
    defaults: { node: "node" },
    featured: ["vmid", "name", "cores", "ide2", "start"],
    describe: {
      ...OPTION_WORDS,
      vmid: "Next free if left out",
    },
    extra: {
      memory,
      diskGiB: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 131_072,
        }),
      ),
      diskStorage: Type.Optional(storageName({ default: "vmStorage" })),
      bridge: Type.Optional(
        bridgeName({
          description: "none: no network",
        }),
      ),
    },
  }),
  async plan({ node, vmid, diskGiB, diskStorage, bridge, ...params }, pve) {
    await pve.node(node);
    const free = await freeVmid(vmid, pve);
    return [
      rest.post("/nodes/{node}/qemu", {
        node,
        vmid: free,
        ...withShorthand(params, { diskGiB, diskStorage, bridge }),
      }),
    ];
  },
});
