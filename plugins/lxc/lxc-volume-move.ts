import {
  defineTool,
  fromApi,
  type Guest,
  guestRef,
  type PveReader,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { refuseRunning, STATUS } from "./running.ts";

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
    refuseTwoTargets(storage, options["target-vmid"]);
    const { node, vmid } = guest;
    const config = await pve.get<Config>("/nodes/{node}/lxc/{vmid}/config", { node, vmid });
    needVolume(guest, config, volume);
    if (storage !== undefined) {
      if (String(config[volume]).startsWith(`${storage}:`)) throw sameStorage(guest, volume, storage);
      await needRootdir(guest, storage, pve);
    }
    await refuseRunning(guest, pve, "relieved of a volume");
    return [rest.post("/nodes/{node}/lxc/{vmid}/move_volume", { node, vmid, volume, storage, ...options })];
  },
});

function refuseTwoTargets(storage: string | undefined, vmid: unknown): void {
  if ((storage === undefined) !== (vmid === undefined)) return;
  throw new ToolError({
    code: "invalid_input",
    message: "Either storage or target-vmid says where the volume goes.",
    next: "Give one of the two.",
  });
}

function needVolume({ vmid, name }: Guest, config: Config, volume: string): void {
  if (config[volume] !== undefined) return;
  const there = Object.keys(config).filter((key) => /^(?:rootfs|(?:mp|unused)\d+)$/.test(key));
  throw new ToolError({
    code: "invalid_input",
    message: `Container ${vmid} (${name}) has no ${volume}.`,
    next: `It has ${there.join(", ")}.`,
  });
}

function sameStorage({ vmid, name }: Guest, volume: string, storage: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${volume} of container ${vmid} (${name}) is on ${storage} already.`,
    next: "Nothing to do, or choose another storage.",
  });
}

/** Fails where the node has no such storage, or it takes no volumes of containers. */
async function needRootdir({ node }: Guest, wanted: string, pve: PveReader): Promise<void> {
  const { storages } = await pve.inventory();
  const here = storages.filter((one) => one.node === node);
  const able = here.filter(({ content }) => content.includes("rootdir")).map(({ storage }) => storage);
  if (here.length === 0 || able.includes(wanted)) return;
  const isThere = here.some(({ storage }) => storage === wanted);
  throw new ToolError({
    code: isThere ? "invalid_input" : "not_found",
    message: isThere
      ? `Storage ${wanted} takes no volumes of containers.`
      : `Node ${node} has no storage ${wanted}.`,
    next:
      able.length === 0
        ? "No storage of that node takes them."
        : `Of that node, ${able.join(", ")} take them.`,
  });
}
