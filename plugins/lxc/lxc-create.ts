import { bridgeName, defineTool, freeVmid, fromApi, rest, storageName, Type } from "../../sdk/index.ts";
import { withShorthand } from "./new-container.ts";
import { OPTION_WORDS } from "./option-words.ts";

export const lxcCreate = defineTool({
  name: "proxmox_lxc_create",
  title: "Create a container",
  describe:
    "Creates an LXC container from a template file; unprivileged unless said otherwise. diskGiB and bridge are short forms; rootfs, mp0, net0 and so on take the API's full form.",
  risk: "write",
  uses: ["POST /nodes/{node}/lxc", "GET /cluster/nextid"],
  input: fromApi("POST /nodes/{node}/lxc", {
    // Restoring from a backup is another tool's work, and these parameters only go with it.
    without: ["restore", "force", "unique", "bwlimit", "ignore-unpack-errors", "unused[n]"],
    optional: ["vmid"],
    defaults: { node: "node" },
    describe: {
      ...OPTION_WORDS,
      vmid: "VMID of the new container; left out: the next free one",
      ostemplate: "Template file, such as local:vztmpl/FILE",
      password: "Of root, inside",
      rootfs: "Such as STORAGE:GiB",
      "ssh-public-keys": "For root inside, plain, one a line",
      start: "Start it after creation",
      unprivileged: "Map root inside to an ordinary user (the default)",
    },
    extra: {
      storage: Type.Optional(
        storageName({ default: "vmStorage", description: "For diskGiB, and 4 GiB where no size is given" }),
      ),
      diskGiB: Type.Optional(
        Type.Integer({ minimum: 1, maximum: 131_072, description: "Size of rootfs on storage" }),
      ),
      bridge: Type.Optional(
        bridgeName({ description: "Bridge of eth0 with DHCP where no netN is given; none for no network" }),
      ),
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
