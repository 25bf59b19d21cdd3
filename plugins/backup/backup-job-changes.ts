import { defineTool, fromApi, type PveReader, rest, ToolError, Type } from "../../sdk/index.ts";
import { needBackupStorage } from "./backup-storages.ts";
import { isOn, JOBS, jobsOf, needJob } from "./job.ts";
import { vmids } from "./vmids.ts";

const WORDS = {
  schedule: "Such as mon..fri 02:00",
  node: "Only its guests",
  "prune-backups": "Such as keep-last=3",
  "notes-template": "May hold {{guestname}}, {{vmid}}, {{node}}",
  bwlimit: "KiB/s",
  "repeat-missed": "Catch up a run missed while off",
} as const;

const SELECTING = { vmid: vmids("Or pool, or all"), exclude: vmids("With all") };

type Selecting = Readonly<Record<"all" | "vmid" | "pool" | "exclude", unknown>>;

export const backupJobCreate = defineTool({
  name: "proxmox_backup_job_create",
  title: "Create a backup job",
  describe: "Adds a scheduled backup of guests.",
  risk: "write",
  uses: ["POST /cluster/backup", JOBS],
  input: fromApi("POST /cluster/backup", {
    // `stop` is for a single run and `quiet` for a terminal.
    without: ["stop", "quiet", "starttime", "dow"],
    require: ["schedule", "storage"],
    featured: ["schedule", "storage", "all", "pool"],
    describe: WORDS,
    extra: SELECTING,
  }),
  async plan(job, pve) {
    const { id, storage, vmid, all, pool, exclude } = job;
    const isWhole = isOn(all) || (vmid === undefined && pool === undefined && exclude !== undefined);
    refuseSelection({ all: isWhole, vmid, pool, exclude }, true);
    await Promise.all([needBackupStorage(String(storage), pve), needNode(job.node, pve), needFree(id, pve)]);
    return [rest.post("/cluster/backup", isWhole ? { ...job, all: true } : job)];
  },
});

export const backupJobUpdate = defineTool({
  name: "proxmox_backup_job_update",
  title: "Change a backup job",
  describe: "Sets or deletes options of a backup job; another selection replaces the present one.",
  risk: "write",
  uses: ["PUT /cluster/backup/{id}", JOBS],
  input: fromApi("PUT /cluster/backup/{id}", {
    without: ["stop", "quiet", "starttime", "dow"],
    featured: ["enabled", "schedule", "storage", "delete"],
    describe: { ...WORDS, delete: "Options to unset" },
    extra: SELECTING,
  }),
  async plan({ id, ...changes }, pve) {
    if (!Object.values(changes).some((value) => value !== undefined)) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give at least one option to set, or delete.",
      });
    }
    const { all, vmid, pool, exclude, storage, node } = changes;
    refuseSelection({ all, vmid, pool, exclude }, false);
    const checks: Promise<unknown>[] = [needJob(id, pve), needNode(node, pve)];
    if (storage !== undefined) checks.push(needBackupStorage(String(storage), pve));
    await Promise.all(checks);
    return [rest.put("/cluster/backup/{id}", { id, ...changes })];
  },
});

export const backupJobDelete = defineTool({
  name: "proxmox_backup_job_delete",
  title: "Delete a backup job",
  describe: "Deletes a backup job; the backups stay.",
  risk: "destructive",
  uses: ["DELETE /cluster/backup/{id}", JOBS],
  input: Type.Object({ id: Type.String() }),
  async plan({ id }, pve) {
    await needJob(id, pve);
    return [rest.delete("/cluster/backup/{id}", { id })];
  },
});

/** Fails where guests are selected in two ways, or (where needed) in none. */
function refuseSelection({ all, vmid, pool, exclude }: Selecting, needed: boolean): void {
  const ways = [isOn(all), vmid !== undefined, pool !== undefined].filter(Boolean).length;
  const fault =
    ways > 1
      ? "Guests are selected in more than one way."
      : ways === 0 && needed
        ? "No guests are selected."
        : exclude !== undefined && (vmid !== undefined || pool !== undefined)
          ? "exclude goes only with all."
          : undefined;
  if (fault === undefined) return;
  throw new ToolError({ code: "invalid_input", message: fault, next: "Give one of vmid, pool and all." });
}

async function needNode(node: unknown, pve: PveReader): Promise<void> {
  if (node !== undefined) await pve.node(String(node));
}

async function needFree(wanted: unknown, pve: PveReader): Promise<void> {
  if (wanted === undefined) return;
  if (!(await jobsOf(pve)).some(({ id }) => id === wanted)) return;
  throw new ToolError({
    code: "conflict",
    message: `There is a backup job ${String(wanted)} already.`,
    next: "Choose another id, or leave it out for a new one.",
  });
}
