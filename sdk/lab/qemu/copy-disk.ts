import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore } from "../types.ts";
import { CLOUDINIT_SIZE } from "./create-disks.ts";
import { type Drive, isCloudInit, splitVolid } from "./drive.ts";
import { renderBytes } from "./size.ts";
import { allocate, linkClone } from "./storage/allocate.ts";
import { enabledStorage, isFileBased, needVolume, usableFormat } from "./storage/lookup.ts";

/** Where a copy of a disk goes. */
export interface CopyTarget {
  readonly vmid: number;
  /** The source's where left out. */
  readonly storage?: string | undefined;
  readonly format?: string | undefined;
}

/** What is copied. */
export interface CopySource {
  readonly name: string;
  readonly drive: Drive;
  /** Set where a running machine uses the disk: whether it changes over to the copy. */
  readonly mirror?: "stays" | "changes" | undefined;
}

/** Copies a drive, whole or as a linked clone; answers the new drive and tells of the new volume at once. */
export async function copyDisk(
  lab: LabCore,
  node: string,
  source: CopySource,
  target: CopyTarget,
  full: boolean,
  task: TaskHandle,
  made: (volid: string) => void,
): Promise<Drive> {
  const { name, drive, mirror } = source;
  if (full && name === "tpmstate0" && mirror !== undefined)
    throw die("cannot move TPM state while VM is running");
  const options = new Map(drive.options);
  options.delete("format");
  const log = (line: string): void => task.log(line);
  if (!full) {
    log(`create linked clone of drive ${name} (${drive.file})`);
    const volume = linkClone(lab, node, drive.file, target.vmid, log);
    made(volume.volid);
    await task.takes(200);
    return { file: volume.volid, size: volume.size, options };
  }
  log(`create full clone of drive ${name} (${drive.file})`);
  const origin = needVolume(lab.state, node, drive.file);
  const storage = enabledStorage(lab.state, target.storage ?? splitVolid(drive.file)?.storage ?? "", node);
  const cloudInit = isCloudInit(drive);
  const format = usableFormat(storage, target.format ?? origin.format);
  const volume = allocate(
    lab,
    {
      storage,
      node,
      vmid: target.vmid,
      format,
      size: cloudInit ? CLOUDINIT_SIZE : origin.size,
      blank: origin.blank === true,
      ...(cloudInit
        ? { name: `vm-${target.vmid}-cloudinit${isFileBased(storage) ? `.${format}` : ""}` }
        : {}),
    },
    log,
  );
  made(volume.volid);
  log(`allocated target volume '${volume.volid}'`);
  const unused = /^unused\d+$/.test(name);
  // What is on a cloud-init drive is made anew. An unused disk is not the machine's to mirror.
  if (!cloudInit) await transfer(volume.size, task, unused ? { name, drive } : source);
  volume.used = Math.max(volume.used, origin.used);
  return { file: volume.volid, options, ...(unused ? {} : { size: volume.size }) };
}

/** Copying takes a second for each 4 GiB, ten steps at most. A running machine mirrors the disk itself. */
async function transfer(size: number, task: TaskHandle, { name, mirror }: CopySource): Promise<void> {
  const steps = Math.min(10, Math.max(1, Math.ceil(size / 2 ** 32)));
  const ms = Math.ceil((size / 2 ** 32) * 1000) / steps;
  const total = renderBytes(size);
  const start = mirror === undefined ? "" : `drive-${name}: `;
  if (mirror !== undefined) task.log(`drive mirror is starting for drive-${name}`);
  task.log(`${start}transferred 0.0 B of ${total} (0.00%)`);
  for (let step = 1; step <= steps; step += 1) {
    await task.takes(ms);
    const share = step / steps;
    task.log(`${start}transferred ${renderBytes(size * share)} of ${total} (${(share * 100).toFixed(2)}%)`);
  }
  if (mirror === undefined) return;
  task.log("all 'mirror' jobs are ready");
  task.log(`${start}${mirror === "changes" ? "Completing block job..." : "Cancelling block job"}`);
  task.log(`${start}${mirror === "changes" ? "Completed successfully." : "Done."}`);
}
