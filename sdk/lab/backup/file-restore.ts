import { LabError, paramError } from "../errors.ts";
import { archiveOf } from "../qemu/archive.ts";
import { splitVolid } from "../qemu/drive.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import { storageOf } from "../qemu/storage/lookup.ts";
import type { LabRequest } from "../types.ts";
import type { LabVolume } from "../volumes.ts";

interface Entry {
  readonly text: string;
  /** `v`: a disk or archive; `d`: a directory; `f`: a file; `l`: a link. */
  readonly type: "v" | "d" | "f" | "l";
  readonly size?: number;
}

/** Files of every simulated system, by directory. */
const SYSTEM: Readonly<Record<string, readonly Entry[]>> = {
  "": [
    { text: "bin", type: "l" },
    { text: "etc", type: "d" },
    { text: "home", type: "d" },
    { text: "root", type: "d" },
    { text: "var", type: "d" },
  ],
  "/etc": [
    { text: "hostname", type: "f", size: 9 },
    { text: "hosts", type: "f", size: 220 },
    { text: "passwd", type: "f", size: 1612 },
  ],
  "/home": [],
  "/root": [{ text: ".bashrc", type: "f", size: 571 }],
  "/var": [{ text: "log", type: "d" }],
  "/var/log": [{ text: "dpkg.log", type: "f", size: 84_211 }],
};

/** GET the files below a path in a backup; only backup servers can look inside. */
export function listFiles(request: LabRequest): unknown {
  const { params, lab, node } = request;
  const id = params.need("storage");
  const volid = volidOf(id, params.need("volume"));
  const storage = storageOf(lab.state, id);
  checkVolumeAccess(request, undefined, volid, "backup");
  if (storage.type !== "pbs") throw paramError({ storage: "Only PBS storages supported for file-restore." });
  const volume = lab.state.volumes.get(storage, node.name, volid);
  const given = params.need("filepath") || "/";
  const path = given === "/" ? "/" : Buffer.from(given, "base64").toString("utf8");
  const entries = volume === undefined ? undefined : entriesAt(volume, path.replace(/\/+$/, ""));
  if (entries === undefined) throw new LabError(404, `unable to list '${path}': not found`);
  const base = path.replace(/\/+$/, "");
  return entries.map(({ text, type, size }) => ({
    filepath: Buffer.from(`${base}/${text}`).toString("base64"),
    leaf: type === "d" || type === "v" ? 0 : 1,
    text,
    type,
    ...(size === undefined ? {} : { size, mtime: volume?.ctime ?? 0 }),
  }));
}

function volidOf(id: string, volume: string): string {
  const parts = splitVolid(volume);
  if (parts === undefined) return `${id}:${volume.startsWith("backup/") ? "" : "backup/"}${volume}`;
  if (parts.storage !== id) throw paramError({ volume: `storage ID mismatch (${parts.storage} != ${id}).` });
  return volume;
}

/** Disks of a VM, with a partition each; the one archive of a container. */
function entriesAt(volume: LabVolume, path: string): readonly Entry[] | undefined {
  const archive = archiveOf(volume);
  const isVm = volume.volid.includes(":backup/vm/");
  const roots = isVm
    ? [...(archive?.disks.keys() ?? [])].map((name) => `drive-${name}.img.fidx`)
    : ["root.pxar.didx"];
  if (path === "") return roots.map((text) => ({ text, type: "v" }));
  const [, root = "", rest = ""] = /^\/([^/]+)(.*)$/.exec(path) ?? [];
  if (!roots.includes(root)) return undefined;
  if (!isVm) return SYSTEM[rest];
  if (rest === "") return [{ text: "part", type: "d" }];
  if (rest === "/part") return [{ text: "1", type: "d" }];
  const inside = /^\/part\/1(\/.*)?$/.exec(rest);
  return inside === null ? undefined : SYSTEM[inside[1] ?? ""];
}
