import { defineTool, fromApi, guestRef, needOtherNode, refuseBlocked, rest } from "../../sdk/index.ts";
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
    refuseBlocked(guest, String(target), blockers);
    return [rest.post("/nodes/{node}/qemu/{vmid}/migrate", { node, vmid, target, ...options })];
  },
});
