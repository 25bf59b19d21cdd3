import { defineTool, fromApi, nodeName, rest, Type } from "../../sdk/index.ts";
import { isOn } from "./job.ts";
import { presentReads } from "./loss.ts";
import { RESTORE_READS, restoreTarget } from "./restore-target.ts";

export const backupRestoreVm = defineTool({
  name: "proxmox_backup_restore_vm",
  title: "Restore a VM",
  describe:
    "Restores a QEMU VM's backup to a free VMID, or with overwrite over a stopped VM. Given options replace the backup's.",
  risk: "destructive",
  uses: ["POST /nodes/{node}/qemu", ...RESTORE_READS, ...presentReads("qemu")],
  input: fromApi("POST /nodes/{node}/qemu", {
    // The API takes no drives with a backup; `archive` and `force` are told by volid and overwrite.
    without: [
      ...["archive", "force", "import-working-storage", "cdrom"],
      ...["ide[n]", "sata[n]", "scsi[n]", "virtio[n]", "efidisk0", "tpmstate0", "unused[n]"],
    ],
    optional: ["vmid", "node"],
    featured: ["storage", "unique"],
    describe: {
      storage: "For its disks",
      unique: "New MAC addresses",
      "live-restore": "Runs while restored; from a Proxmox Backup Server",
      bwlimit: "KiB/s",
    },
    extra: {
      memory: Type.Optional(
        Type.Unsafe<number | string>({
          anyOf: [{ type: "integer", minimum: 16 }, { type: "string" }],
          description: "MiB",
        }),
      ),
      volid: Type.String({ pattern: "^[^:]+:.+$" }),
      vmid: Type.Optional(Type.Integer({ minimum: 100, maximum: 999_999_999 })),
      overwrite: Type.Optional(Type.Boolean()),
      node: Type.Optional(nodeName()),
    },
  }),
  async plan({ volid, vmid: wanted, overwrite, node: on, ...options }, pve) {
    const { node, vmid, overwrites, note } = await restoreTarget(
      {
        kind: "qemu",
        volid,
        vmid: wanted,
        node: on,
        overwrite: overwrite === true,
        unique: isOn(options.unique),
      },
      pve,
    );
    const force = overwrites ? { force: true } : {};
    return [rest.post("/nodes/{node}/qemu", { node, vmid, archive: volid, ...force, ...options }, { note })];
  },
});
