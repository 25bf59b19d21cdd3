import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabRequest } from "../types.ts";
import { isCdrom, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { checkDigest, checkLock, loadVm, lockFile, written } from "./guest.ts";
import { rootOnly, vmidOf } from "./power.ts";
import { parseSize } from "./size.ts";
import { imagePath } from "./storage/allocate.ts";
import { isFileBased, needVolume, storageOf } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** Where the tables of a qcow2 image with clusters of 64 KiB end. */
const MAX_QCOW2 = 2 ** 51;

type Progress = Pick<TaskHandle, "log" | "takes">;

/** PUT resize: all that can go wrong with the VM goes wrong in the task, which there is since 8. */
export async function resize(request: LabRequest): Promise<unknown> {
  rootOnly(request, "skiplock");
  const vmid = vmidOf(request);
  if (request.endpoint.task !== true) {
    const quiet: Progress = { log: () => undefined, takes: (ms) => request.lab.clock.sleep(ms) };
    await request.lab.locks.with(lockFile(vmid), () => resizeLocked(request, vmid, quiet));
    return null;
  }
  return request.task("resize", vmid, (task) =>
    request.lab.locks.with(lockFile(vmid), () => resizeLocked(request, vmid, task)),
  );
}

async function resizeLocked(request: LabRequest, vmid: number, task: Progress): Promise<void> {
  const { lab, node, params } = request;
  const name = params.need("disk");
  const guest = loadVm(lab, node.name, vmid);
  checkDigest(guest, params.text("digest"));
  if (!params.flag("skiplock")) checkLock(guest);
  const text = guest.config.get(name);
  const drive = text === undefined ? undefined : parseDrive(name, text);
  if (drive === undefined) throw die(`disk '${name}' does not exist`);
  const { format, name: file } = volumeName(lab.state, drive.file);
  if (isCdrom(drive)) throw die("you can't resize a cdrom");
  const storage = storageOf(lab.state, splitVolid(drive.file)?.storage ?? "");
  request.check(`/storage/${storage.id}`, ["Datastore.AllocateSpace"]);
  const volume = needVolume(lab.state, node.name, drive.file);
  const wanted = params.need("size");
  const given = parseSize(wanted.replace(/^\+/, "")) ?? 0;
  const size = wanted.startsWith("+") ? volume.size + given : given;
  if (size < volume.size) throw die("shrinking disks is not supported");
  if (size === volume.size) return;
  if (isFileBased(storage) && guest.runtime === undefined) {
    const path = imagePath(storage, vmid, file);
    if (format === "qcow2" && size > MAX_QCOW2) {
      task.log("qemu-img: Failed to grow the L1 table: File too large");
      throw die(
        `command '/usr/bin/qemu-img resize '--preallocation=metadata' -f qcow2 ${path} ${exact(volume.size, wanted)}' failed: exit code 1`,
      );
    }
    task.log("Image resized.");
  }
  await task.takes(200);
  volume.size = size;
  drive.size = size;
  guest.config.set(name, printDrive(drive));
  written(guest);
}

/** The new size in all its digits, where a double has not enough. */
function exact(present: number, wanted: string): string {
  const match = /^(\+?)(\d+)([KMGT]?)$/.exec(wanted);
  if (match === null) return String(present);
  const shift = BigInt(10 * " KMGT".indexOf(match[3] || " "));
  return String((match[1] === "+" ? BigInt(present) : 0n) + (BigInt(match[2] ?? 0) << shift));
}
