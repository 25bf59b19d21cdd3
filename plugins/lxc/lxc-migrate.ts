import {
  type Blocker,
  defineTool,
  fromApi,
  type Guest,
  guestRef,
  isRunning,
  needOtherNode,
  type PveReader,
  refuseBlocked,
  rest,
} from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";
const PRECONDITIONS = "GET /nodes/{node}/lxc/{vmid}/migrate";

/** What the API answers before a migration, from Proxmox VE 9 on. */
interface Facts {
  readonly "not-allowed-nodes"?: Readonly<
    Record<string, { readonly "blocking-ha-resources"?: readonly { sid?: string; cause?: string }[] }>
  >;
}

export const lxcMigrate = defineTool({
  name: "proxmox_lxc_migrate",
  title: "Move a container to another node",
  describe:
    "Migrates an LXC container to another node; a running one only with restart. Looks first, and answers all that stands in the way.",
  risk: "write",
  uses: [
    "POST /nodes/{node}/lxc/{vmid}/migrate",
    "GET /nodes/{node}/lxc/{vmid}/config",
    STATUS,
    { use: PRECONDITIONS, optional: true },
  ],
  input: fromApi("POST /nodes/{node}/lxc/{vmid}/migrate", {
    // Proxmox VE knows `online` and refuses it.
    without: ["node", "online"],
    featured: ["target", "restart"],
    describe: {
      target: "Node",
      restart: "Shut it down, start it there",
      timeout: "Seconds to shut down",
      "target-storage": "One for all, or FROM:TO pairs",
      bwlimit: "KiB/s",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, target, ...options }, pve) {
    const guest = await pve.guest("lxc", ref);
    await needOtherNode(guest, String(target), pve);
    const blockers = [
      ...((await isRunning(guest, pve)) && options.restart !== true
        ? [{ because: "it is running", next: "Set restart, or shut it down first." }]
        : []),
      ...(await mounts(guest, pve)),
      ...(await rules(guest, String(target), pve)),
    ];
    const { node, vmid } = guest;
    refuseBlocked(guest, String(target), blockers);
    return [rest.post("/nodes/{node}/lxc/{vmid}/migrate", { node, vmid, target, ...options })];
  },
});

/** Directories and devices of the node itself do not move, unless they are marked as shared. */
async function mounts({ node, vmid }: Guest, pve: PveReader): Promise<readonly Blocker[]> {
  const path = "/nodes/{node}/lxc/{vmid}/config";
  const config = await pve.get<Readonly<Record<string, unknown>>>(path, { node, vmid });
  const fixed = Object.entries(config)
    .filter(([key, value]) => /^(?:rootfs|mp\d+)$/.test(key) && /^(?:volume=)?\//.test(String(value)))
    .filter(([, value]) => !/(?:^|,)shared=1/.test(String(value)))
    .map(([key]) => key);
  if (fixed.length === 0) return [];
  return [
    {
      because: `it mounts directories or devices of its node: ${fixed.join(", ")}`,
      next: "Remove these mounts, or mark them with shared=1 where every node has the same.",
    },
  ];
}

async function rules({ node, vmid }: Guest, target: string, pve: PveReader): Promise<readonly Blocker[]> {
  const { major } = await pve.version();
  if (major < 9) return [];
  const facts = await pve.get<Facts>("/nodes/{node}/lxc/{vmid}/migrate", { node, vmid, target });
  const not = facts["not-allowed-nodes"]?.[target];
  if (not === undefined) return [];
  const blocking = (not["blocking-ha-resources"] ?? []).map(
    ({ sid = "?", cause = "?" }) => `${sid} (${cause})`,
  );
  return [
    {
      because: `HA rules keep it from ${target}${blocking.length > 0 ? `: ${blocking.join(", ")}` : ""}`,
      next: "Change the rules first, or choose another node.",
    },
  ];
}
