import { apiDefaults, defineTool, details, Type } from "../../sdk/index.ts";
import { isOn, JOBS, needJob, scheduleOf, selectionOf, textOf } from "./job.ts";

const DEFAULTS = apiDefaults("POST /cluster/backup");

interface Volume {
  readonly id: string;
  readonly included?: unknown;
  readonly reason?: string;
}

interface Included {
  readonly id: number;
  readonly name?: string;
  readonly type: string;
  readonly children?: readonly Volume[];
}

const job = details([
  { key: "id" },
  { key: "enabled", type: "boolean" },
  { key: "schedule" },
  { key: "next-run", unit: "time" },
  { key: "selection" },
  { key: "storage" },
  { key: "mode" },
  { key: "compress" },
  { key: "prune-backups" },
  { key: "comment" },
  { key: "options", type: "object" },
  { key: "guests", type: "array" },
]);

/** Told as fields of their own, or by the selection. */
const TOLD: ReadonlySet<string> = new Set([
  ...["id", "type", "enabled", "schedule", "starttime", "dow", "next-run", "storage", "mode", "compress"],
  ...["prune-backups", "comment", "all", "vmid", "pool", "exclude", "node"],
]);

export const backupJobGet = defineTool({
  name: "proxmox_backup_job_get",
  title: "Look at a backup job",
  describe: "One backup job, with the guests and volumes that it takes now.",
  risk: "read",
  uses: [JOBS, "GET /cluster/backup/{id}/included_volumes"],
  input: Type.Object({ id: Type.String(), ...job.inputs }),
  result: job.result,
  async read({ id, ...view }, pve) {
    const found = await needJob(id, pve);
    const { children = [] } = await pve.get<{ children?: readonly Included[] }>(
      "/cluster/backup/{id}/included_volumes",
      { id },
    );
    const others = Object.entries(found).filter(([key, value]) => !TOLD.has(key) && value !== undefined);
    const fields = {
      id,
      enabled: found.enabled === undefined || isOn(found.enabled),
      schedule: scheduleOf(found),
      "next-run": isOn(found["next-run"]) ? Number(found["next-run"]) : undefined,
      selection: selectionOf(found),
      storage: found.storage,
      mode: found.mode ?? DEFAULTS.mode,
      compress: found.compress,
      "prune-backups": textOf(found["prune-backups"]),
      comment: textOf(found.comment)?.trim(),
      options: Object.fromEntries(others),
      guests: children.map(guestOf),
    };
    return job.record({ title: `Backup job ${id}`, fields, defaults: { options: DEFAULTS } }, view);
  },
});

/** A guest with its volumes; what is left out with the reason. */
function guestOf({ id, name, type, children = [] }: Included): object {
  const slot = (volume: Volume): string => volume.id.replace(/^\d+:/, "");
  const left = children.filter(({ included }) => !isOn(included));
  return {
    vmid: id,
    ...(name === undefined ? {} : { name }),
    kind: type,
    volumes: children.filter(({ included }) => isOn(included)).map(slot),
    ...(left.length === 0
      ? {}
      : { leftOut: left.map((volume) => `${slot(volume)} (${volume.reason ?? "unknown"})`) }),
  };
}
