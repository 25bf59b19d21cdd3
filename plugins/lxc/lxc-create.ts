import { bridgeName, defineTool, freeVmid, fromApi, rest, storageName, Type } from "../../sdk/index.ts";
import { withShorthand } from "./new-container.ts";
import { OPTION_WORDS } from "./option-words.ts";

export const lxcCreate = defineTool({
  name: "proxmox_lxc_create",
  title: "Create a container",
  describe:
    "Creates an LXC container. diskGiB (on storage) and bridge (with DHCP) are short forms for rootfs and net0.",
  risk: "write",
  uses: ["POST /nodes/{node}/lxc", "GET /cluster/nextid"],
  input: fromApi("POST /nodes/{node}/lxc", {
    // Restoring from a backup is another tool's work, and these parameters only go with it.
    without: ["restore", "force", "unique", "bwlimit", "ignore-unpack-errors", "unused[n]"],
    optional: ["vmid"],
    defaults: { node: "node" },
    featured: ["hostname", "memory", "start"],
    describe: {
      ...OPTION_WORDS,
      vmid: "Next free if left out",
      ostemplate: "STORAGE:vztmpl/FILE",
      rootfs: "STORAGE:GiB",
      "ssh-public-keys": "Of root, one a line",
    },
    extra: {
      storage: Type.Optional(storageName({ default: "vmStorage" })),
      diskGiB: Type.Optional(Type.Integer({ minimum: 1, maximum: 131_072 })),
      bridge: Type.Optional(bridgeName({ description: "none: no network" })),
    },
  }),
  async plan({ node, vmid, diskGiB, bridge, ...params }, pve) {
    await pve.node(node);
    const free = await freeVmid(vmid, pve);
    return [
      rest.post("/nodes/{node}/lxc", {
        node,
        vmid: free,
        ...withShorthand(params, { diskGiB, bridge }),
      }),
    ];
  },
});
