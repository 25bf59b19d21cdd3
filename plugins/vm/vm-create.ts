import { bridgeName, defineTool, fromApi, rest, storageName, Type } from "../../sdk/index.ts";
import { freeVmid } from "./free-vmid.ts";
import { withShorthand } from "./new-vm.ts";
import { memory, OPTION_WORDS } from "./option-words.ts";

export const vmCreate = defineTool({
  name: "proxmox_vm_create",
  title: "Create a VM",
  describe:
    "Creates a QEMU VM. diskGiB and bridge are short forms for one disk and one network device; scsi0, net0 and so on take the API's full form.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu", "GET /cluster/nextid"],
  input: fromApi("POST /nodes/{node}/qemu", {
    // Restoring from a backup is another tool's work, and these parameters only go with it.
    without: ["archive", "force", "unique", "live-restore", "bwlimit", "storage", "unused[n]"],
    optional: ["vmid"],
    defaults: { node: "node" },
    describe: {
      ...OPTION_WORDS,
      vmid: "VMID of the new VM; left out: the next free one",
      start: "Start it after creation",
    },
    extra: {
      memory,
      diskGiB: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 131_072,
          description: "Size of a new disk scsi0 on diskStorage",
        }),
      ),
      diskStorage: Type.Optional(storageName({ default: "vmStorage", description: "Storage for diskGiB" })),
      bridge: Type.Optional(
        bridgeName({
          description: "Bridge of a VirtIO device net0 where no netN is given; none for no network",
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
