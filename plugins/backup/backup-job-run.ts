import { defineTool, type ParamValue, rest, type StepParams, ToolError, Type } from "../../sdk/index.ts";
import { isOn, JOBS, type Job, needJob, textOf } from "./job.ts";
import { BACKUP_DEFAULTS, runNote } from "./run-note.ts";
import { partsOf, type Selection, vmidList } from "./selection.ts";

/** Options of a job that are not options of a run. */
const OF_JOB: ReadonlySet<string> = new Set([
  ...["id", "type", "enabled", "schedule", "starttime", "dow", "next-run", "repeat-missed", "comment"],
  ...["node", "vmid", "all", "digest"],
]);
/** Taken from root's own login alone. */
const ROOTS = ["script", "dumpdir", "tmpdir"];

export const backupJobRun = defineTool({
  name: "proxmox_backup_job_run",
  title: "Run a backup job now",
  describe: "Backs up a job's guests with its settings now, on each of their nodes.",
  // A job or storage that says which backups to keep removes older ones.
  risk: "destructive",
  uses: ["POST /nodes/{node}/vzdump", BACKUP_DEFAULTS, JOBS],
  input: Type.Object({ id: Type.String() }),
  async plan({ id }, pve) {
    const job = await needJob(id, pve);
    refuseRoots(job);
    const options = optionsOf(job);
    const { parts, leftOut } = await partsOf(selected(job), pve);
    const target = { storage: job.storage, remove: job.remove, keep: job["prune-backups"] };
    const notes = await Promise.all(parts.map((part) => runNote(part, target, pve)));
    return parts.map(({ node, guests }, index) =>
      rest.post(
        "/nodes/{node}/vzdump",
        {
          ...options,
          node,
          ...(isOn(job.vmid) ? { vmid: guests.map(({ vmid }) => vmid) } : {}),
          ...(isOn(job.all) ? { all: true } : {}),
        },
        { note: [notes[index], ...(index === 0 ? leftOut : [])].join("; ") },
      ),
    );
  },
});

function selected({ vmid, pool, exclude, node }: Job): Selection {
  return {
    ...(isOn(vmid) ? { vmids: vmidList(vmid) } : {}),
    ...(isOn(pool) ? { pool: String(pool) } : {}),
    ...(isOn(node) ? { node: String(node) } : {}),
    exclude: vmidList(exclude),
  };
}

function optionsOf(job: Job): StepParams {
  return Object.fromEntries(
    Object.entries(job)
      .filter(([key, value]) => !OF_JOB.has(key) && value !== undefined && value !== "")
      .map(([key, value]): [string, ParamValue] => [key, Array.isArray(value) ? value : asParam(value)]),
  );
}

function asParam(value: unknown): ParamValue {
  return typeof value === "number" || typeof value === "boolean" ? value : textOf(value);
}

function refuseRoots(job: Job): void {
  const used = ROOTS.filter((name) => isOn(job[name]));
  if (used.length === 0) return;
  throw new ToolError({
    code: "unsupported",
    message: `The job ${job.id} sets ${used.join(", ")}, which Proxmox VE takes for a run from root's own login alone.`,
    next: "Leave it to its schedule, or have root run it in the web interface.",
  });
}
