import { defineTool, fromApi, nodeName, type PveReader, rest, Type } from "../../sdk/index.ts";
import { isOn } from "./job.ts";
import { presentReads } from "./loss.ts";
import { RESTORE_READS, type RestoreTarget, restoreTarget } from "./restore-target.ts";

export const backupRestoreLxc = defineTool({
  name: "proxmox_backup_restore_lxc",
  title: "Restore a container",
  describe:
    "Restores an LXC container's backup to a free VMID, or with overwrite over a stopped container. Given options replace the backup's.",
  risk: "destructive",
  uses: ["POST /nodes/{node}/lxc", ...RESTORE_READS, ...presentReads("lxc")],
  input: fromApi("POST /nodes/{node}/lxc", {
    // A restore sets no password and no keys; `ostemplate`, `restore` and `force` are told by volid and overwrite.
    without: ["ostemplate", "restore", "force", "password", "ssh-public-keys", "unused[n]"],
    optional: ["vmid", "node"],
    featured: ["storage", "unique"],
    describe: {
      storage: "Left out: that of its rootfs",
      unique: "New MAC addresses",
      rootfs: "STORAGE:GiB; then all mpN too",
      bwlimit: "KiB/s",
    },
    extra: {
      volid: Type.String({ pattern: "^[^:]+:.+$" }),
      vmid: Type.Optional(Type.Integer({ minimum: 100, maximum: 999_999_999 })),
      overwrite: Type.Optional(Type.Boolean()),
      node: Type.Optional(nodeName()),
    },
  }),
  async plan({ volid, vmid: wanted, overwrite, node: on, ...options }, pve) {
    const target = await restoreTarget(
      {
        kind: "lxc",
        volid,
        vmid: wanted,
        node: on,
        overwrite: overwrite === true,
        unique: isOn(options.unique),
      },
      pve,
    );
    const { node, vmid, overwrites, note } = target;
    const storage =
      options.storage ?? (options.rootfs === undefined ? await ownStorage(target, pve) : undefined);
    const force = overwrites ? { force: true } : {};
    return [
      rest.post(
        "/nodes/{node}/lxc",
        { node, vmid, ostemplate: volid, restore: true, ...force, ...options, storage },
        { note },
      ),
    ];
  },
});

/** The API's own default is `local`, which seldom takes containers; better where the container was. */
async function ownStorage({ config, node }: RestoreTarget, pve: PveReader): Promise<string | undefined> {
  const [was] = config.options.rootfs?.replace(/^volume=/, "").split(":") ?? [];
  const { storages } = await pve.inventory();
  return storages.find((one) => one.storage === was && one.node === node && one.content.includes("rootdir"))
    ?.storage;
}
