import { die } from "../../errors.ts";
import type { LabRequest } from "../../types.ts";
import { splitVolid } from "../drive.ts";
import { type VolumeName, volumeName } from "./names.ts";

/**
 * Whether the caller may use a volume for a guest, as `check_volume_access` of
 * `PVE/Storage.pm` decides. Fails where not.
 */
export function checkVolumeAccess(
  request: LabRequest,
  vmid: number | undefined,
  volid: string,
  content?: VolumeName["content"],
): void {
  const parts = splitVolid(volid);
  if (parts === undefined) {
    if (request.caller.id === "root@pam") return;
    throw die("Only root can pass arbitrary filesystem paths. at /usr/share/perl5/PVE/Storage.pm line 651.");
  }
  const name = volumeName(request.lab.state, volid);
  // Volumes of containers and disks of VMs look alike.
  const fits = name.content === content || (content === "rootdir" && name.content === "images");
  if (content !== undefined && !fits)
    throw die(`unable to use volume ${volid} - content type needs to be '${content}'`);
  const path = `/storage/${parts.storage}`;
  const foreign = name.vmid !== undefined && name.vmid !== vmid;
  if (request.may(path, ["Datastore.Allocate"])) return;
  if (name.content === "iso" || name.content === "vztmpl" || name.content === "import")
    request.checkAny(path, ["Datastore.AllocateSpace", "Datastore.Audit"]);
  else if (foreign && name.content === "backup") {
    request.check(path, ["Datastore.AllocateSpace"]);
    request.check(`/vms/${name.vmid}`, ["VM.Backup"]);
  } else if (foreign) {
    request.check(path, ["Datastore.Audit"]);
    request.check(`/vms/${name.vmid}`, ["VM.Config.Disk"]);
  } else if (name.vmid === undefined) throw die(`missing privileges to access ${volid}`);
}
