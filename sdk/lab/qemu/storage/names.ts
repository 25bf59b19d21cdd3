import { die } from "../../errors.ts";
import type { LabState, LabStorage } from "../../types.ts";
import { splitVolid } from "../drive.ts";
import { isFileBased, storageOf } from "./lookup.ts";

/** A volume's name taken apart. */
export interface VolumeName {
  readonly content: "images" | "rootdir" | "iso" | "vztmpl" | "backup" | "snippets" | "import";
  /** File or device name: `vm-100-disk-0.qcow2`. */
  readonly name: string;
  readonly vmid: number | undefined;
  readonly format: string;
  /** True for the disk of a template. */
  readonly isBase: boolean;
  /** Name of the base image of a linked clone, as the volume's name has it. */
  readonly base: string | undefined;
}

/** Reads a volume id; fails as the plugin of its storage does. */
export function volumeName(state: LabState, volid: string): VolumeName {
  const parts = splitVolid(volid);
  if (parts === undefined) throw die(`unable to parse volume ID '${volid}'`);
  const storage = storageOf(state, parts.storage);
  if (storage.type === "pbs") return snapshotName(parts.name);
  return isFileBased(storage) ? fileName(parts.name) : deviceName(storage, parts.name);
}

/** A backup on a Proxmox Backup Server: `backup/vm/100/2026-01-31T12:00:00Z`. */
function snapshotName(volname: string): VolumeName {
  const match = /^backup\/((vm|ct|host)\/([^/\s]+)\/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/.exec(volname);
  if (match === null) throw die(`unable to parse PBS volume name '${volname}'`);
  const [, name = "", kind = "", owner = ""] = match;
  return {
    content: "backup",
    name,
    vmid: kind === "host" || !/^\d+$/.test(owner) ? undefined : Number(owner),
    format: `pbs-${kind}`,
    isBase: false,
    base: undefined,
  };
}

const DIRECTORIES: readonly (readonly [RegExp, VolumeName["content"]])[] = [
  [/^iso\/[^/]+\.(?:iso|img)()$/i, "iso"],
  [/^vztmpl\/[^/]+\.tar(?:\.(?:gz|xz|zst|bz2))?()$/i, "vztmpl"],
  [/^snippets\/[^/]+()$/, "snippets"],
  [/^import\/[^/]+\.(ova|ovf|qcow2|raw|vmdk)$/, "import"],
];

function fileName(volname: string): VolumeName {
  const linked = /^(\d+\/[^/\s]+)\/(\d+)\/([^/\s]+)$/.exec(volname);
  if (linked !== null) return image(linked[3] ?? "", Number(linked[2]), linked[1]);
  const plain = /^(\d+)\/([^/\s]+)$/.exec(volname);
  if (plain !== null) return image(plain[2] ?? "", Number(plain[1]), undefined);
  for (const [pattern, content] of DIRECTORIES) {
    const match = pattern.exec(volname);
    if (match === null) continue;
    const name = volname.slice(volname.indexOf("/") + 1);
    return { content, name, vmid: undefined, format: match[1] || "raw", isBase: false, base: undefined };
  }
  const backup = /^backup\/([^/]+\.(?:tgz|(?:tar|vma)(?:\.(?:gz|lzo|zst|bz2))?))$/.exec(volname);
  if (backup === null) throw die(`unable to parse directory volume name '${volname}'`);
  const name = backup[1] ?? "";
  const owner = /^vzdump-(?:qemu|lxc|openvz)-(\d+)-/.exec(name)?.[1];
  return {
    content: "backup",
    name,
    vmid: owner === undefined ? undefined : Number(owner),
    format: "raw",
    isBase: false,
    base: undefined,
  };
}

function image(name: string, vmid: number, base: string | undefined): VolumeName {
  const format = /\.(raw|qcow2|vmdk|subvol)$/.exec(name)?.[1];
  if (format === undefined) throw die(`unable to parse volume filename '${name}'`);
  return { content: "images", name, vmid, format, isBase: /^base(?:vol)?-/.test(name), base };
}

function deviceName(storage: LabStorage, volname: string): VolumeName {
  const match = /^(?:(base(?:vol)?-\d+-\S+)\/)?((vm|base|basevol|subvol)-(\d+)-[^/\s]+)$/.exec(volname);
  if (match === null) throw die(`unable to parse ${plugin(storage)} volume name '${volname}'`);
  const kind = match[3] ?? "vm";
  return {
    content: kind === "subvol" ? "rootdir" : "images",
    name: match[2] ?? volname,
    vmid: Number(match[4]),
    format: kind === "subvol" ? "subvol" : "raw",
    isBase: kind.startsWith("base"),
    base: match[1],
  };
}

function plugin(storage: LabStorage): string {
  if (storage.type.startsWith("lvm")) return "lvm";
  return storage.type === "zfspool" ? "zfs" : storage.type;
}
