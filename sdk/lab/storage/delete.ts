import { die } from "../errors.ts";
import { freeVolume } from "../qemu/storage/allocate.ts";
import { volumeName } from "../qemu/storage/names.ts";
import type { LabRequest } from "../types.ts";
import { activeStorage } from "./activation.ts";
import { volumePath } from "./paths.ts";
import { pluginFor } from "./plugins.ts";
import { type NamedVolume, namedVolume } from "./volume.ts";

/** DELETE a volume. What is not there is as good as deleted. */
export async function deleteVolume(request: LabRequest): Promise<string | null> {
  const { lab, params } = request;
  const named = namedVolume(request);
  const { volid, storage } = named;
  const { content, vmid } = volumeName(lab.state, volid);
  if (content === "backup" && vmid !== undefined) {
    request.check(`/storage/${storage.id}`, ["Datastore.AllocateSpace"]);
    request.check(`/vms/${vmid}`, ["VM.Backup"]);
  } else request.check(`/storage/${storage.id}`, ["Datastore.Allocate"]);
  const owner = vmid === undefined ? "" : `${vmid}@`;
  const upid = request.task("imgdel", `${owner}${storage.id}`, async (task) => {
    activeStorage(lab.state, storage.id, request.node.name);
    await lab.locks.with(`/var/lock/pve-manager/pve-storage-${storage.id}`, async () => {
      await task.takes(500);
      free(request, named, (line) => task.log(line));
    });
    task.log(`Removed volume '${volid}'`);
  });
  const delay = params.integer("delay");
  return delay === undefined ? upid : waited(request, upid, delay * 1000);
}

function free(
  request: LabRequest,
  { volid, storage, volume }: NamedVolume,
  log: (line: string) => void,
): void {
  const { lab, node } = request;
  const name = volid.slice(storage.id.length + 1);
  if (pluginFor(storage.type).selectExisting) throw die("can't free space in iscsi storage");
  if (volume?.protected === true) throw die(`cannot remove protected volume '${name}' on '${storage.id}'`);
  if (volume === undefined) {
    log(`disk image '${volumePath(storage, volid)}' does not exist`);
    return;
  }
  freeVolume(lab.state, node.name, volid);
}

const STEP = 100;

/** Waits for the task for a while: null where it ended well in time, its UPID where it still runs. */
async function waited({ lab }: LabRequest, upid: string, ms: number): Promise<string | null> {
  let status: string | undefined;
  for (let waits = 0; waits < ms && status === undefined; waits += STEP) {
    await lab.clock.sleep(STEP);
    status = lab.tasks.get(upid)?.exitstatus;
  }
  if (status === undefined) return upid;
  if (status !== "OK" && !status.startsWith("WARNINGS:")) throw die(status);
  return null;
}
