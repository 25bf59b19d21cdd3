import { posix } from "node:path";
import { die } from "../errors.ts";
import { hasDirectory } from "../mapping/devices.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import type { LabState, LabStorage } from "../types.ts";
import { contentOf } from "./content-types.ts";
import { contentFolder } from "./paths.ts";

/** A storage that is enabled on the node, and can be reached; fails as activating it does. */
export function activeStorage(state: LabState, id: string, node: string): LabStorage {
  const storage = enabledStorage(state, id, node);
  const fault = activationFault(state, storage);
  if (fault !== undefined) throw die(fault);
  return storage;
}

/** Why a storage cannot be activated, in the words of its plugin; undefined where it can. */
export function activationFault(state: LabState, storage: LabStorage): string | undefined {
  const { id, type, config } = storage;
  const value = (name: string): string => config.get(name) ?? "";
  const server = state.outside.servers.get(value("server"));
  const offline = `storage '${id}' is not online`;
  if (type === "dir") return directoryFault(storage) ?? folderFault(storage);
  if (type === "btrfs") return `'${value("path")}' is not a btrfs file system`;
  if (type === "nfs")
    return nfsFault(server?.nfs, value("server"), value("export"), offline) ?? folderFault(storage);
  if (type === "cifs") return server?.cifs?.[value("share")] === undefined ? offline : folderFault(storage);
  if (type === "pbs") return pbsFault(storage, server?.pbs);
  if (type === "iscsi") {
    const [host = ""] = value("portal").split(":");
    return state.outside.servers.get(host)?.iscsi === undefined ? offline : undefined;
  }
  if (type === "esxi" || type === "glusterfs") return offline;
  if (type === "cephfs") return 'mount error: Job failed. See "journalctl -xe" for details.';
  if (type === "lvmthin") {
    const group = state.outside.volumeGroups.get(value("vgname"));
    if (group?.thinpools.includes(value("thinpool")) === true) return undefined;
    return `no such logical volume ${value("vgname")}/${value("thinpool")}`;
  }
  if (type !== "zfspool") return undefined;
  const [pool = ""] = value("pool").split("/");
  if (state.outside.zpools.has(pool)) return undefined;
  return `could not activate storage '${id}', zfs error: cannot import '${pool}': no such pool available`;
}

/** Whether a storage that can be activated also tells its size. */
export function tellsSize(state: LabState, storage: LabStorage): boolean {
  const { type, config } = storage;
  if (type === "lvm") return state.outside.volumeGroups.has(config.get("vgname") ?? "");
  if (type === "iscsi") {
    const [host = ""] = (config.get("portal") ?? "").split(":");
    return state.outside.servers.get(host)?.iscsi?.includes(config.get("target") ?? "") === true;
  }
  return type !== "rbd" && type !== "zfs";
}

function directoryFault({ id, config }: LabStorage): string | undefined {
  const path = config.get("path") ?? "";
  const mount = config.get("is_mountpoint") ?? "no";
  if (!/^(?:no|off|false|0)$/i.test(mount)) {
    const point = /^(?:yes|on|true|1)$/i.test(mount) ? path : mount;
    return `unable to activate storage '${id}' - directory is expected to be a mount point but is not mounted: '${point}'`;
  }
  const made = config.get("create-base-path") ?? config.get("mkdir") ?? "1";
  const isThere = hasDirectory(path, []) || /^\/(?:var\/lib\/vz|mnt\/pve)(?:\/|$)/.test(path);
  if (made === "0" && !isThere)
    return `unable to activate storage '${id}' - directory '${path}' does not exist or is unreachable`;
  return undefined;
}

/** Each kind of content needs a folder of its own. (pve-storage, src/PVE/Storage/Plugin.pm: activate_storage) */
function folderFault(storage: LabStorage): string | undefined {
  const taken = new Set<string>();
  for (const content of contentOf(storage).split(",")) {
    if (content === "none") return "unknown vtype 'none'";
    const folder = posix.normalize(contentFolder(storage, content)).replace(/\/$/, "");
    if (taken.has(folder))
      return `storage '${storage.id}' uses directory ${folder} for multiple content types`;
    taken.add(folder);
  }
  return undefined;
}

function nfsFault(
  exports: Readonly<Record<string, string>> | undefined,
  server: string,
  path: string,
  offline: string,
): string | undefined {
  if (exports === undefined) return offline;
  if (exports[path] !== undefined) return undefined;
  return `mount error: mount.nfs: access denied by server while mounting ${server}:${path}`;
}

function pbsFault(
  { id, config }: LabStorage,
  stores: Readonly<Record<string, string>> | undefined,
): string | undefined {
  const address = `${config.get("server") ?? ""}:${config.get("port") ?? "8007"}`;
  if (stores === undefined)
    return `${id}: error fetching datastores - 500 Can't connect to ${address} (Connection refused)`;
  const store = config.get("datastore") ?? "";
  if (stores[store] !== undefined) return undefined;
  return `${id}: Cannot find datastore '${store}', check permissions and existence!`;
}
