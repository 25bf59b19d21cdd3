import { die, paramError } from "../errors.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import { allocate } from "../qemu/storage/allocate.ts";
import { defaultFormat, isFileBased } from "../qemu/storage/lookup.ts";
import type { LabCore, LabRequest, LabStorage } from "../types.ts";
import { activeStorage } from "./activation.ts";
import { mayHold } from "./content-types.ts";
import { deleteVolume } from "./delete.ts";
import { contentType, entryOf } from "./entry.ts";
import { pluginFor } from "./plugins.ts";
import { readVolume, updateVolume } from "./volume.ts";

const CONTENT = "/nodes/{node}/storage/{storage}/content";

/** Volumes of a storage: list, make, look at, describe, delete. */
export function registerContent(lab: LabCore): void {
  lab.route(`GET ${CONTENT}`, listContent);
  lab.route(`POST ${CONTENT}`, allocateVolume);
  lab.route(`GET ${CONTENT}/{volume}`, readVolume);
  lab.route(`PUT ${CONTENT}/{volume}`, updateVolume);
  lab.route(`DELETE ${CONTENT}/{volume}`, deleteVolume);
}

function listContent(request: LabRequest): unknown {
  const { params, lab, node } = request;
  const storage = activeStorage(lab.state, params.need("storage"), node.name);
  const wanted = params.text("content");
  const vmid = params.integer("vmid");
  const key = (volid: string): string => volid.toLowerCase();
  return lab.state.volumes
    .list(storage, node.name)
    .filter((volume) => {
      const type = contentType(lab.state, volume);
      if ((wanted !== undefined && type !== wanted) || !mayHold(storage, type)) return false;
      // Files that belong to no guest are left out for images and templates alone.
      const isOthers = type === "snippets" || type === "import";
      return vmid === undefined || volume.vmid === vmid || (isOthers && isFileBased(storage));
    })
    .filter(({ volid }) => isAccessible(request, volid))
    .toSorted((a, b) => (key(a.volid) < key(b.volid) ? -1 : 1))
    .map((volume) => entryOf(lab.state, storage, volume));
}

function isAccessible(request: LabRequest, volid: string): boolean {
  try {
    checkVolumeAccess(request, undefined, volid);
    return true;
  } catch {
    return false;
  }
}

function allocateVolume(request: LabRequest): string {
  const { params, lab, node } = request;
  const text = params.need("size");
  const [, number = "", unit = ""] = /^(\d+)([MG]?)$/.exec(text) ?? [];
  const size = Number(number) * ({ M: 2 ** 20, G: 2 ** 30 }[unit] ?? 1024);
  const name = params.need("filename");
  const asked = params.text("format");
  const named = /\.(raw|qcow2|vmdk)$/.exec(name)?.[1];
  if (named !== undefined && asked !== undefined && asked !== named)
    throw paramError({ format: `different storage formats (${asked} != ${named})` });
  const storage = activeStorage(lab.state, params.need("storage"), node.name);
  const vmid = Number(params.need("vmid"));
  const format = named ?? asked ?? defaultFormat(storage);
  checkNewName(storage, vmid, name, format);
  if (format === "subvol" && isFileBased(storage) && size > 0)
    throw die("storage does not support subvol quotas");
  if (storage.type === "lvm") checkFree(lab, storage, node.name, size);
  return allocate(lab, { storage, node: node.name, vmid, format, size, name }, () => undefined).volid;
}

function checkNewName(storage: LabStorage, vmid: number, name: string, format: string): void {
  const { type } = storage;
  if (type === "pbs") throw die("can't allocate space in pbs storage");
  if (pluginFor(type).selectExisting) throw die("can't allocate space in iscsi storage");
  if (isFileBased(storage)) {
    const extension = /^[^/\s]+\.(raw|qcow2|vmdk|subvol)$/.exec(name)?.[1];
    if (extension === undefined) throw die(`unable to parse volume filename '${name}'`);
    if (extension !== format)
      throw die(`illegal name '${name}' - wrong extension for format ('${extension} != '${format}')`);
    return;
  }
  const known = pluginFor(type).formats ?? ["raw"];
  if (!known.includes(format)) throw die(`unsupported format '${format}'`);
  const prefix = `${format === "subvol" ? "subvol" : "vm"}-${vmid}-`;
  if (!name.startsWith(prefix)) throw die(`illegal name '${name}' - should be '${prefix}*'`);
}

/** Thick volumes take their whole size at once. */
function checkFree(lab: LabCore, storage: LabStorage, node: string, size: number): void {
  const group = storage.config.get("vgname") ?? "";
  if (!lab.state.outside.volumeGroups.has(group)) throw die(`no such volume group '${group}'`);
  let taken = 0;
  for (const volume of lab.state.volumes.list(storage, node)) taken += volume.size;
  const free = Math.floor((storage.size - taken) / 1024);
  if (free < size / 1024) throw die(`not enough free space (${free} < ${size / 1024})`);
}
