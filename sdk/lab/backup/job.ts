import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore } from "../types.ts";
import { backUpGuest } from "./guest.ts";
import { backupOptions } from "./options.ts";
import type { BackupWish } from "./types.ts";

/** UPIDs of the jobs that run, by node: there is one at a time. */
const running = new WeakMap<LabCore, Map<string, string>>();

function runningOn(lab: LabCore): Map<string, string> {
  const known = running.get(lab) ?? new Map<string, string>();
  running.set(lab, known);
  return known;
}

/** Stops the job that runs on a node, where one does. */
export async function stopRunning(lab: LabCore, node: string): Promise<void> {
  const upid = runningOn(lab).get(node);
  if (upid === undefined) return;
  lab.tasks.stop(upid);
  await lab.tasks.ended(upid);
}

/** Runs a backup job as the worker of its task. */
export async function runJob(wish: BackupWish, task: TaskHandle): Promise<void> {
  const { request } = wish;
  const { lab, node } = request;
  const options = backupOptions(request);
  const jobs = runningOn(lab);
  const info = (line: string): void => task.log(`INFO: ${line}`);
  const waits = jobs.has(node.name);
  if (waits) {
    if (request.params.text("lockwait") === "0")
      throw die("can't acquire lock '/var/run/vzdump.lock' (wait = 0)");
    info("trying to get global lock - waiting...");
  }
  await lab.locks.with(`/var/run/vzdump.lock@${node.name}`, async () => {
    if (task.signal.aborted) throw die("interrupted by signal");
    if (waits) info("got global lock");
    jobs.set(node.name, task.upid);
    try {
      await runGuests(wish, { options, task, info });
    } finally {
      jobs.delete(node.name);
    }
  });
}

async function runGuests(
  wish: BackupWish,
  parts: Omit<Parameters<typeof backUpGuest>[2], "request">,
): Promise<void> {
  const { request, vmids, others, all, commandLine } = wish;
  const { guests } = request.lab.state;
  const { info } = parts;
  info(`starting new backup job: ${commandLine}`);
  if (others.length > 0) info(`skip external VMs: ${others.join(", ")}`);
  const admitted = vmids.filter((vmid) => {
    if (!guests.has(vmid) || request.may(`/vms/${vmid}`, ["VM.Backup"])) return true;
    if (!all) request.check(`/vms/${vmid}`, ["VM.Backup"]);
    return false;
  });
  let failed = 0;
  for (const vmid of admitted)
    if (!(await backUpGuest(vmid, guests.get(vmid), { ...parts, request }))) failed += 1;
  info(`Backup job finished ${failed > 0 ? "with errors" : "successfully"}`);
  if (failed > 0) throw die("job errors");
}
