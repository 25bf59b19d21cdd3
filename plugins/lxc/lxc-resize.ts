import { defineTool, fromApi, guestRef, rest, ToolError, Type } from "../../sdk/index.ts";

type Config = Readonly<Record<string, unknown>>;

export const lxcResize = defineTool({
  name: "proxmox_lxc_resize",
  title: "Enlarge a container's volume",
  describe: "Enlarges a volume of an LXC container; it cannot shrink.",
  risk: "write",
  uses: ["PUT /nodes/{node}/lxc/{vmid}/resize", "GET /nodes/{node}/lxc/{vmid}/config"],
  input: fromApi("PUT /nodes/{node}/lxc/{vmid}/resize", {
    without: ["node"],
    featured: ["disk", "size"],
    describe: {
      size: "20G, or +5G to add",
      digest: "Of the configuration as read",
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
