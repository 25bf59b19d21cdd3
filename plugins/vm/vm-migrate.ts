import {
  defineTool,
  fromApi,
  type Guest,
  guestRef,
  type PveReader,
  rest,
  ToolError,
} from "../../sdk/index.ts";
import { blockersOf, type MigrationFacts } from "./migration-blockers.ts";

const PRECONDITIONS = "GET /nodes/{node}/qemu/{vmid}/migrate";

export const vmMigrate = defineTool({
  name: "proxmox_vm_migrate",
  title: "Move a VM to another node",
  describe: "Migrates a QEMU VM to another node. Looks first, and answers all that stands in the way.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/migrate", PRECONDITIONS],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/migrate", {
    without: ["node"],
    featured: ["target", "online", "with-local-disks"],
    describe: {
      target: "Node",
      online: "Without stopping it",
      "with-local-disks": "Copy disks of its node",
      targetstorage: "One for all, or FROM:TO pairs",
      bwlimit: "KiB/s",
      "with-conntrack-state": "Keep firewall connections",
    },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, target, ...options }, pve) {
    const guest = await pve.guest("qemu", ref);
    await needOtherNode(guest, String(target), pve);
    const { node, vmid } = guest;
    const facts = await pve.get<MigrationFacts>("/nodes/{node}/qemu/{vmid}/migrate", { node, vmid, target });
    const blockers = blockersOf(facts, {
      target: String(target),
      online: options.online === true,
      withLocalDisks: options["with-local-disks"] === true,
      mapsStorages: options.targetstorage !== undefined && options.targetstorage !== "1",
    });
    if (blockers.length > 0) {
      throw new ToolError({
        code: "conflict",
        message: `VM ${vmid} (${guest.name}) cannot migrate to ${target}: ${blockers.map(({ because }) => because).join("; ")}. Nothing was sent.`,
        next: blockers.map(({ next }) => next).join(" "),
        details: { blockers },
      });
    }
    return [rest.post("/nodes/{node}/qemu/{vmid}/migrate", { node, vmid, target, ...options })];
  },
});

async function needOtherNode({ vmid, name, node }: Guest, target: string, pve: PveReader): Promise<void> {
  const { status } = await pve.node(target);
  if (node === target) {
    throw new ToolError({
      code: "conflict",
      message: `VM ${vmid} (${name}) is on ${target} already.`,
      next: "Nothing to do, or choose another node.",
    });
  }
  if (status === "online") return;
  throw new ToolError({
    code: "conflict",
    message: `Node ${target} is ${status}.`,
    next: "Choose a node that is online; proxmox_node_list shows them.",
  });
}
