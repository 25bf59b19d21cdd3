import { removedGuests } from "./linked-clones.ts";
import type { Row } from "./look.ts";
import { count, listed, type Probe, some, valuesOf, whenSeen } from "./probe.ts";

/** Backup jobs that name a guest, pool, storage or node that is removed or changed. */
export const backupJobs: Probe = {
  kind: "backup_jobs",
  what: "backup jobs that name it",
  look(plan, look) {
    const vmids = removedGuests(plan).map(({ vmid }) => String(vmid));
    const pools = valuesOf(
      plan,
      "poolid",
      ({ path, method }) => path.startsWith("/pools") && method !== "POST",
    );
    const storages = valuesOf(plan, "storage", ({ path }) => path === "/storage/{storage}");
    const nodes = valuesOf(plan, "node", ({ path }) => path === "/cluster/config/nodes/{node}");
    if (vmids.length + pools.length + storages.length + nodes.length === 0) return undefined;
    const concerns = (job: Row) =>
      listed(job.vmid).some((vmid) => vmids.includes(vmid)) ||
      pools.includes(String(job.pool)) ||
      storages.includes(String(job.storage)) ||
      nodes.includes(String(job.node));
    return look.rows("/cluster/backup").then((seen) =>
      whenSeen(seen, "backup jobs", (rows) => {
        const found = rows.filter(concerns);
        const text = `${count(found.length, "backup job names", "backup jobs name")} it`;
        return some(text, found.map(jobName));
      }),
    );
  },
};

function jobName({ id, schedule, comment }: Row): string {
  const about = [schedule, comment].filter((part) => typeof part === "string" && part !== "");
  return `${String(id)}${about.length === 0 ? "" : ` (${about.join(", ")})`}`;
}
