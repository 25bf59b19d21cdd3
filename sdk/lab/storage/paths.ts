import { isFileBased } from "../qemu/storage/lookup.ts";
import type { LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";

const FOLDERS: Readonly<Record<string, string>> = {
  iso: "template/iso",
  vztmpl: "template/cache",
  backup: "dump",
  snippets: "snippets",
  import: "import",
  images: "images",
};

/** The directory of a content type on a storage of files. */
export function contentFolder(storage: LabStorage, content: LabVolume["content"]): string {
  const override = (storage.config.get("content-dirs") ?? "")
    .split(",")
    .find((entry) => entry.startsWith(`${content}=`));
  const folder = override?.slice(content.length + 1) ?? FOLDERS[content] ?? content;
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
    return `${contentFolder(storage, first as LabVolume["content"])}/${rest.join("/")}`;
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
