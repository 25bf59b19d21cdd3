import { defineTool, fromApi, guestRef, rest, ToolError, Type } from "../../sdk/index.ts";

type Config = Readonly<Record<string, unknown>>;

export const lxcResize = defineTool({
  name: "proxmox_lxc_resize",
  title: "Enlarge a container's volume",
  describe:
    "Enlarges rootfs or a mount point of one LXC container with the file system on it. Volumes cannot be made smaller.",
  risk: "write",
  uses: ["PUT /nodes/{node}/lxc/{vmid}/resize", "GET /nodes/{node}/lxc/{vmid}/config"],
  input: fromApi("PUT /nodes/{node}/lxc/{vmid}/resize", {
    without: ["node"],
    describe: {
      size: "New size such as 20G, or what to add such as +5G",
      digest: "Change only if the configuration still has this digest (from proxmox_lxc_get)",
    },
    extra: {
      vmid: guestRef(),
      disk: Type.String({ pattern: "^(rootfs|mp\\d{1,3})$", description: "rootfs or mpN" }),
    },
  }),
  async plan({ vmid: ref, disk, size, digest }, pve) {
    const { node, vmid, name } = await pve.guest("lxc", ref);
    const config = await pve.get<Config>("/nodes/{node}/lxc/{vmid}/config", { node, vmid });
    if (config[disk] === undefined) {
      const there = Object.keys(config).filter((key) => /^(?:rootfs|mp\d+)$/.test(key));
      throw new ToolError({
        code: "invalid_input",
        message: `Container ${vmid} (${name}) has no ${disk}.`,
        next: `It has ${there.join(", ")}.`,
      });
    }
    return [rest.put("/nodes/{node}/lxc/{vmid}/resize", { node, vmid, disk, size, digest })];
  },
});
