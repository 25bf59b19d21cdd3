import { paramError } from "../errors.ts";
import type { LabCore, LabStorage } from "../types.ts";
import type { LabVolume } from "../volumes.ts";
import { contentDigest } from "./outside.ts";
import { contentFolder } from "./paths.ts";

/** Content types that files can be brought in as. */
export type FileContent = "iso" | "vztmpl" | "import";

/** Where a file that is brought in is to lie. */
export interface Destination {
  readonly storage: LabStorage;
  readonly node: string;
  readonly content: FileContent;
  readonly filename: string;
  readonly volid: string;
  readonly path: string;
  /** As lists show it. */
  readonly format: string;
}

/** A file name as Proxmox VE keeps it: without directories, only harmless characters. */
export function normalizedName(name: string): string {
  return name
    .replace(/\n$/, "")
    .replace(/^.*[/\\]/s, "")
    .replace(/[^a-zA-Z0-9_.-]/g, "_");
}

/** Checks the name of a file against its content type; fails where the extension is none of it. */
export function destinationOf(
  lab: LabCore,
  storage: LabStorage,
  node: string,
  content: FileContent,
  name: string,
): Destination {
  const filename = normalizedName(name);
  const format = formatOf(lab, content, filename);
  return {
    ...{ storage, node, content, filename, format },
    volid: `${storage.id}:${content}/${filename}`,
    path: `${contentFolder(storage, content)}/${filename}`,
  };
}

function formatOf(lab: LabCore, content: FileContent, filename: string): string {
  if (content === "iso") {
    if (!/[^/]+\.(?:iso|img)$/i.test(filename)) throw paramError({ filename: "wrong file extension" });
    return "iso";
  }
  if (content === "vztmpl") {
    const [whole, compression] = /[^/]+\.tar(?:\.(gz|xz|zst|bz2))?$/i.exec(filename) ?? [];
    // Plain archives came with templates from registries.
    if (whole === undefined || (compression === undefined && lab.release.major < 9))
      throw paramError({ filename: "wrong file extension" });
    return compression === undefined ? "tar" : `t${compression.toLowerCase()}`;
  }
  const extension = /^[a-zA-Z0-9\-.+=_]+\.(ova|qcow2|raw|vmdk)$/.exec(filename)?.[1];
  if (extension === undefined) throw paramError({ filename: "invalid filename or wrong extension" });
  return extension;
}

const digests = new WeakMap<LabVolume, ReadonlyMap<string, string>>();

/** Puts a file where it belongs, over one of the same name; remembers the digests that are known of it. */
export function placeFile(
  lab: LabCore,
  { storage, node, content, format, volid }: Destination,
  file: { readonly size: number; readonly virtualSize?: number | undefined },
  known: ReadonlyMap<string, string>,
): void {
  const volume = lab.state.volumes.put(storage, node, {
    ...{ volid, content, format, size: file.size, used: file.size, ctime: lab.clock.seconds() },
    ...(file.virtualSize === undefined ? {} : { virtualSize: file.virtualSize }),
  });
  digests.set(volume, known);
}

/** The digest of a file's content; one that nobody ever told is made up. */
export function digestOf(volume: LabVolume, algorithm: string): string {
  return digests.get(volume)?.get(algorithm) ?? contentDigest(`${volume.volid}:${volume.size}`, algorithm);
}
