import { splitList } from "../frame/params.ts";
import { isFileBased } from "../qemu/storage/lookup.ts";
import type { LabState, LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";

const FOLDERS: Readonly<Record<string, string>> = {
  iso: "template/iso",
  vztmpl: "template/cache",
  backup: "dump",
  snippets: "snippets",
  import: "import",
  images: "images",
  rootdir: "private",
};

/** Folders that a storage has other than the usual ones, by content type. */
export function foldersOf(text: string): ReadonlyMap<string, string> {
  const folders = new Map<string, string>();
  for (const entry of splitList(text)) {
    const at = entry.indexOf("=");
    if (at > 0) folders.set(entry.slice(0, at), entry.slice(at + 1));
  }
  return folders;
}

/** The directory of a content type on a storage of files. */
export function contentFolder(storage: LabStorage, content: string): string {
  const folder =
    foldersOf(storage.config.get("content-dirs") ?? "").get(content) ?? FOLDERS[content] ?? content;
  return `${storage.config.get("path") ?? `/mnt/pve/${storage.id}`}/${folder}`;
}

/** Where a volume lies, as its storage's plugin tells it. */
export function volumePath(storage: LabStorage, volid: string): string {
  const name = volid.slice(volid.indexOf(":") + 1);
  const { type, config } = storage;
  const value = (option: string): string => config.get(option) ?? "";
  if (type === "pbs")
    return `pbs://${value("username") || "root@pam"}@${value("server")}:${value("datastore")}/${name.replace(/^backup\//, "")}`;
  if (isFileBased(storage)) {
    const [first = "", ...rest] = name.split("/");
    if (/^\d+$/.test(first)) {
      const [owner = first, file = rest[0] ?? ""] = rest.length > 1 ? rest.slice(-2) : [first, rest[0]];
      return `${contentFolder(storage, "images")}/${owner}/${file}`;
    }
    return `${contentFolder(storage, first)}/${rest.join("/")}`;
  }
  const file = name.replace(/^.*\//, "");
  if (type.startsWith("lvm")) return `/dev/${value("vgname")}/${file}`;
  if (type === "zfspool")
    return /^(?:subvol|basevol)-/.test(file)
      ? `${value("mountpoint") || `/${value("pool")}`}/${file}`
      : `/dev/zvol/${value("pool")}/${file}`;
  if (type === "rbd") return `rbd:${value("pool") || "rbd"}/${file}`;
  return `iscsi://${value("portal")}/${value("target")}/${file}`;
}

/** Content that is one folder's, with the names that it takes there. */
const FILES: readonly (readonly [LabVolume["content"], RegExp])[] = [
  ["iso", /^[^/]+\.(?:iso|img)$/i],
  ["vztmpl", /^[^/]+\.tar\.(?:gz|xz|zst)$/],
  ["backup", /^[^/]+\.(?:tgz|(?:tar|vma)(?:\.(?:gz|lzo|zst))?)$/],
  ["snippets", /^[^/]+$/],
  ["import", /^[\w.+=-]+\.(?:ova|ovf|qcow2|raw|vmdk)$/],
];

/** The volume that a path stands for, undefined where no storage of files has it. Only disks have to be there. */
export function volumeOfPath(
  { storages, volumes }: Pick<LabState, "storages" | "volumes">,
  node: string,
  path: string,
): { readonly content: LabVolume["content"]; readonly volid: string } | undefined {
  for (const storage of storages.values()) {
    if (!isFileBased(storage)) continue;
    const disk = volumes
      .list(storage, node)
      .find(({ volid }) => /:\d+\//.test(volid) && volumePath(storage, volid) === path);
    if (disk !== undefined) return { content: "images", volid: disk.volid };
    for (const [content, pattern] of FILES) {
      const folder = `${contentFolder(storage, content)}/`;
      const name = path.slice(folder.length);
      if (path.startsWith(folder) && pattern.test(name))
        return { content, volid: `${storage.id}:${content}/${name}` };
    }
  }
  return undefined;
}
