import { die, paramError } from "../errors.ts";
import { isTemplate, keepUnused } from "../qemu/guest.ts";
import { freeVolume, makeBase } from "../qemu/storage/allocate.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { isInSnapshot } from "./apply.ts";
import { checkDigest, checkLock, containerOf, lockFile, vmidOf, written } from "./container.ts";
import { copyVolume, type DiskContext } from "./disks.ts";
import { parseMountPoint, printMountPoint } from "./mount-point.ts";
import { reassignVolume } from "./reassign-volume.ts";

/** POST move_volume: to another storage, or to another container. */
export async function moveVolume(request: LabRequest): Promise<unknown> {
  const { params, lab } = request;
  const storage = params.text("storage");
  const target = params.integer("target-vmid");
  if (target !== undefined && storage !== undefined)
    throw die("either set storage or target-vmid, but not both");
  if (target !== undefined) return reassignVolume(request, target);
  if (storage === undefined) {
    const message = "both 'storage' and 'target-vmid' missing, either needs to be set";
    throw paramError({ "target-vmid": message, storage: message });
  }
  const vmid = vmidOf(request);
  request.check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
  const guest = await lab.locks.with(lockFile(vmid), () => {
    const found = checked(request);
    found.config.set("lock", "disk");
    return found;
  });
  return request.task("move_volume", vmid, async (task) => {
    try {
      await run(request, guest, storage, task);
    } finally {
      guest.config.delete("lock");
    }
  });
}

function checked(request: LabRequest): LabGuest {
  const { params } = request;
  const name = params.need("volume");
  const guest = containerOf(request);
  checkLock(guest);
  if (guest.runtime !== undefined) throw die("cannot move volumes of a running container");
  if (/^unused\d+$/.test(name))
    throw die(`cannot move volume '${name}', only configured volumes can be moved to another storage`);
  const { volume } = parseMountPoint(name, guest.config.get(name));
  if (params.flag("delete") && isInSnapshot(guest, volume))
    throw die("you can't move a volume with snapshots and delete the source");
  checkDigest(guest, params.text("digest"));
  return guest;
}

async function run(request: LabRequest, guest: LabGuest, storage: string, task: TaskHandle): Promise<void> {
  const { lab, node, params } = request;
  const name = params.need("volume");
  const context: DiskContext = { lab, node: node.name, vmid: guest.vmid, log: (line) => task.log(line) };
  const point = parseMountPoint(name, guest.config.get(name));
  const old = point.volume;
  const copy = await copyVolume(context, point, storage, task);
  point.volume = isTemplate(guest.config) ? makeBase(lab.state, node.name, copy.volid) : copy.volid;
  guest.config.set(name, printMountPoint(point));
  if (params.flag("delete")) freeVolume(lab.state, node.name, old);
  else keepUnused(guest.config, old);
  written(guest);
}
