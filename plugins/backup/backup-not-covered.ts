import { defineTool, featured, listing, Type } from "../../sdk/index.ts";

interface Line {
  readonly vmid: number;
  readonly name?: string;
  readonly type: string;
}

const guests = listing({
  of: "guests that no backup job covers",
  columns: [
    { key: "vmid", type: "integer" },
    { key: "name" },
    { key: "kind" },
    { key: "node" },
    { key: "status" },
    { key: "template", type: "boolean" },
    { key: "tags" },
  ],
  filters: ["name", "kind", "node", "status", "tag", "text"],
  counted: ["kind"],
});

export const backupNotCovered = defineTool({
  name: "proxmox_backup_not_covered",
  title: "List guests without a backup job",
  describe: "Guests that no backup job covers; disabled jobs count too.",
  risk: "read",
  uses: ["GET /cluster/backup-info/not-backed-up"],
  input: featured(Type.Object(guests.inputs), ["filter"]),
  result: guests.result,
  async read(view, pve) {
    const [lines, inventory] = await Promise.all([
      pve.get<readonly Line[]>("/cluster/backup-info/not-backed-up"),
      pve.inventory(),
    ]);
    const known = new Map(inventory.guests.map((guest) => [guest.vmid, guest]));
    const rows = lines.map(({ vmid, name, type }) => {
      const guest = known.get(Number(vmid));
      return {
        vmid: Number(vmid),
        name: name || guest?.name,
        kind: type,
        node: guest?.node,
        status: guest?.status,
        template: guest?.template,
        tags: guest === undefined || guest.tags.length === 0 ? undefined : guest.tags.join(";"),
      };
    });
    return guests.rows(rows, view);
  },
});
