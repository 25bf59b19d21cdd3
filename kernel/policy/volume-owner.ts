/** Backups: files by vzdump's own naming, and groups of a backup server. */
const BACKUP = /(?:^|[/:])vzdump-(?:qemu|lxc|openvz)-(\d+)-|(?:^|[/:])backup\/(?:vm|ct)\/(\d+)\//;
/** Disks as Proxmox VE names them on every kind of storage. */
const DISK = /^(?:vm|base|subvol|basevol)-(\d+)-/;

/**
 * VMID of the guest that a volume belongs to by its name, as Proxmox VE itself tells it (pve-storage,
 * the parse_volname of its plugins); undefined for ISO images, templates and other files of nobody.
 */
export function volumeOwner(volume: string): number | undefined {
  const backup = BACKUP.exec(volume);
  if (backup !== null) return Number(backup[1] ?? backup[2]);
  const parts = volume.slice(volume.indexOf(":") + 1).split("/");
  const owner =
    DISK.exec(parts.at(-1) ?? "")?.[1] ?? parts.slice(0, -1).findLast((part) => /^\d+$/.test(part));
  return owner === undefined ? undefined : Number(owner);
}
