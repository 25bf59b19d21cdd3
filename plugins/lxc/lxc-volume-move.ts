import {
  defineTool,
  fromApi,
  type Guest,
  guestRef,
  needOneTarget,
  needStorageFor,
  refuseRunning,
  rest,
  sameStorage,
  ToolError,
  Type,
} from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";

type Config = Readonly<Record<string, unknown>>;

export const lxcVolumeMove = defineTool({
  name: "proxmox_lxc_volume_move",
  title: "Move a container's volume",
  describe:
    "Copies a volume of a stopped LXC container to another storage, or gives it to another container. The source stays as unusedN.",
  // With `delete` the source is removed.
  risk: "destructive",
  uses: ["POST /nodes/{node}/lxc/{vmid}/move_volume", "GET /nodes/{node}/lxc/{vmid}/config", STATUS],
  input: fromApi("POST /nodes/{node}/lxc/{vmid}/move_volume", {
    without: ["node"],
    risk: "destructive",
    featured: ["storage", "delete"],
    describe: {
      delete: "Remove the source",
      bwlimit: "KiB/s",
      digest: "Of the configuration as read",
      "target-digest": "Of the other container's configuration",
      "target-vmid": "Container that gets the volume, in place of storage",
    },
    extra: {
      vmid: guestRef(),
      volume: Type.String({ pattern: "^(?:rootfs|(?:mp|unused)\\d{1,3})$", description: "rootfs or mpN" }),
      "target-volume": Type.Optional(Type.String({ description: "Its name there" })),
    },
  }),
  async plan({ vmid: ref, volume, storage, ...options }, pve) {
    const guest = await pve.guest("lxc", ref);
    needOneTarget("volume", storage, options["target-vmid"]);
    const { node, vmid } = guest;
    const config = await pve.get<Config>("/nodes/{node}/lxc/{vmid}/config", { node, vmid });
    needVolume(guest, config, volume);
    if (storage !== undefined) {
      if (String(config[volume]).startsWith(`${storage}:`))
        throw sameStorage(guest, volume, storage, "choose another storage");
      await needStorageFor(guest, storage, pve);
    }
    await refuseRunning(guest, pve, "relieved of a volume");
    return [rest.post("/nodes/{node}/lxc/{vmid}/move_volume", { node, vmid, volume, storage, ...options })];
  },
});

function needVolume({ vmid, name }: Guest, config: Config, volume: string): void {
  if (config[volume] !== undefined) return;
  const there = Object.keys(config).filter((key) => /^(?:rootfs|(?:mp|unused)\d+)$/.test(key));
  throw new ToolError({
    code: "invalid_input",
    message: `Container ${vmid} (${name}) has no ${volume}.`,
    next: `It has ${there.join(", ")}.`,
  });
}
