import { die } from "../errors.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import { isFileBased, storageOf } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { LabRequest } from "../types.ts";
import { volumePath } from "./paths.ts";

/**
 * GET what a guest in an archive would be made with. What is inside of an archive is made up: a small machine
 * with one disk, named as its file. (pve-storage, src/PVE/Storage/DirPlugin.pm: get_import_metadata)
 */
export function importMetadata(request: LabRequest): unknown {
  const { params, lab, node } = request;
  const id = params.need("storage");
  const name = params.need("volume");
  const volid = `${id}:${name}`;
  checkVolumeAccess(request, undefined, volid);
  const storage = storageOf(lab.state, id);
  if (!isFileBased(storage) && storage.type !== "esxi")
    throw die("storage does not support the importer API");
  const { content, format } = volumeName(lab.state, volid);
  if (content !== "import") throw die(`invalid content type '${content}'`);
  if (format !== "ova" && format !== "ovf") throw die("invalid format");
  const volume = lab.state.volumes.get(storage, node.name, volid);
  const path = volumePath(storage, volid);
  if (volume === undefined)
    throw die(
      format === "ova"
        ? `command 'tar -xO --wildcards '--occurrence=1' -f ${path} '*.ovf'' failed: exit code 2`
        : `unable to open file '${path}' - No such file or directory`,
    );
  const machine = (name.split("/").at(-1) ?? "").replace(/\.ov[af]$/, "");
  return {
    type: "vm",
    source: name,
    "create-args": { name: machine.replace(/[^a-zA-Z0-9-]+/g, "-"), cores: 1, memory: 1024 },
    disks: { scsi0: { volid: `${volid}/${machine}-disk1.vmdk`, size: volume.size } },
    net: {},
    warnings: format === "ova" ? [{ type: "ova-needs-extracting" }] : [],
  };
}
