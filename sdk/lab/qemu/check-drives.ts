import { die, paramError } from "../errors.ts";
import { volumeOfPath } from "../storage/paths.ts";
import type { LabRequest } from "../types.ts";
import { type Drive, isCdrom, newDisk, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { isDriveName } from "./options.ts";
import { parseProperties } from "./property-string.ts";
import { checkVolumeAccess } from "./storage/access.ts";
import { holds, isFileBased, storageOf } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** Options of a request that are being set: names with values. */
export type Settings = Map<string, string>;

function driveSettings(settings: Settings): readonly (readonly [string, string])[] {
  return [...settings].filter(([name]) => isDriveName(name)).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Checks the drives of a request and brings them into the form they are kept in. */
export function checkDrives(request: LabRequest, settings: Settings): void {
  for (const [name, text] of driveSettings(settings)) {
    const drive = parseDrive(name, text);
    if (drive === undefined) throw paramError({ [name]: "unable to parse drive options" });
    if (drive.options.has("import-from")) checkImport(name, drive.file, drive.options);
    resolvePath(request, name, drive);
    if (/^(?:cdrom|none)$/.test(drive.file) && !drive.options.has("media"))
      drive.options.set("media", "cdrom");
    const parts = splitVolid(drive.file);
    if (parts !== undefined && newDisk(drive.file) === undefined && parts.name !== "cloudinit") {
      const { content } = volumeName(request.lab.state, drive.file);
      if (content === "iso" && drive.options.get("media") !== "cdrom")
        throw paramError({ [name]: "explicit 'media=cdrom' is required for iso images" });
    }
    settings.set(name, printDrive(drive));
  }
}

/** A path in place of a volume id becomes the id of the volume that it leads to. */
function resolvePath({ lab, node }: LabRequest, name: string, drive: Drive): void {
  if (!drive.file.startsWith("/") || /^\/dev\/./.test(drive.file) || drive.file.includes(":")) return;
  const found = volumeOfPath(lab.state, node.name, drive.file);
  if (found === undefined)
    throw paramError({ [name]: `unable to associate path '${drive.file}' to any storage` });
  if (found.content === "iso" && !drive.options.has("media")) drive.options.set("media", "cdrom");
  const media = drive.options.get("media");
  const wanted = media === "cdrom" ? "iso" : "images";
  if (media !== undefined && found.content !== wanted)
    throw paramError({ [name]: `unexpected media type (${found.content} != ${wanted})` });
  drive.file = found.volid;
}

function checkImport(name: string, file: string, options: ReadonlyMap<string, string>): void {
  if (newDisk(file)?.gib !== 0)
    throw paramError({
      [name]: "'import-from' requires special syntax - use <storage ID>:0,import-from=<source>",
    });
  const needed = name === "efidisk0" ? ["efitype", "pre-enrolled-keys"] : [];
  for (const key of needed)
    if (!options.has(key)) throw paramError({ [name]: `need to specify '${key}' when using 'import-from'` });
  if (name === "tpmstate0" && !options.has("version"))
    throw paramError({ [name]: "need to specify 'version' when using 'import-from'" });
}

/** Checks what the volumes and storages of a request need. */
export function checkStorageAccess(
  request: LabRequest,
  vmid: number,
  settings: Settings,
  fallback?: string,
): void {
  for (const [name, text] of driveSettings(settings)) checkDriveAccess(request, vmid, name, text, fallback);
  for (const [name, value] of settings) {
    if (!/^unused\d+$/.test(name)) continue;
    const volid = parseProperties(value, { defaultKey: "file", aliases: { volume: "file" } }).get("file");
    if (volid === undefined) throw paramError({ [name]: `failed to parse value '${value}'` });
    checkVolumeAccess(request, vmid, volid, "images");
  }
  const state = settings.get("vmstatestorage");
  if (state !== undefined) request.check(`/storage/${state}`, ["Datastore.AllocateSpace"]);
  const custom = settings.get("cicustom");
  if (custom !== undefined)
    for (const volid of [...parseProperties(custom, {}).values()].sort())
      checkVolumeAccess(request, vmid, volid, "snippets");
}

function checkDriveAccess(
  request: LabRequest,
  vmid: number,
  name: string,
  text: string,
  fallback: string | undefined,
): void {
  const { state } = request.lab;
  const drive = parseDrive(name, text);
  if (drive === undefined) return;
  const parts = splitVolid(drive.file);
  const fresh = newDisk(drive.file);
  if (drive.file === "none" || drive.file === "cloudinit" || parts?.name === "cloudinit") return;
  if (isCdrom(drive) && drive.file === "cdrom") request.check("/", ["Sys.Console"]);
  else if (!isCdrom(drive) && fresh !== undefined) {
    const id = fresh.storage ?? fallback;
    if (id === undefined) throw die("no storage ID specified (and no default storage)");
    request.check(`/storage/${id}`, ["Datastore.AllocateSpace"]);
    if (!holds(storageOf(state, id), "images"))
      throw paramError({ storage: `storage '${id}' does not support vm images` });
  } else {
    checkVolumeAccess(request, vmid, drive.file);
    if (parts !== undefined && !["images", "iso"].includes(volumeName(state, drive.file).content))
      throw paramError({ [name]: "content type needs to be 'images' or 'iso'" });
  }
  const source = drive.options.get("import-from");
  if (source !== undefined) checkSource(request, vmid, name, source);
}

function checkSource(request: LabRequest, vmid: number, name: string, source: string): void {
  const owner = splitVolid(source) === undefined ? undefined : checkSourceKind(request, name, source);
  if (owner === undefined) checkVolumeAccess(request, vmid, source);
  else request.check(`/vms/${owner}`, ["VM.Clone"]);
}

/** Checks what kind of volume is to be imported; answers the VM that it belongs to. */
function checkSourceKind(request: LabRequest, name: string, source: string): number | undefined {
  const { state } = request.lab;
  const volume = volumeName(state, source);
  if (volume.content !== "images" && volume.content !== "import")
    throw paramError({
      [name]: `${source} has wrong type '${volume.content}' - needs to be 'images' or 'import'`,
    });
  if (volume.content === "import" && volume.format === "ova") {
    const storage = storageOf(state, splitVolid(source)?.storage ?? "");
    if (!holds(storage, "images") || !isFileBased(storage))
      throw paramError({
        [name]: `import working storage '${storage.id}' does not support 'images' content type or is not file based.`,
      });
    request.check(`/storage/${storage.id}`, ["Datastore.AllocateSpace"]);
  }
  return volume.vmid;
}
