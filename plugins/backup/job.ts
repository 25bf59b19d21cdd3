import { type PveReader, ToolError } from "../../sdk/index.ts";

/** Where the jobs are read; for `uses`. */
export const JOBS = "GET /cluster/backup";

/** A job as the API answers it: its options by name; property strings may be taken apart. */
export type Job = Readonly<Record<string, unknown>> & { readonly id: string };

/** All backup jobs of the cluster. */
export function jobsOf(pve: PveReader): Promise<readonly Job[]> {
  return pve.get<readonly Job[]>("/cluster/backup");
}

/** The job of that ID; `not_found` where there is none, before anyone is asked to confirm. */
export async function needJob(wanted: string, pve: PveReader): Promise<Job> {
  const jobs = await jobsOf(pve);
  const found = jobs.find(({ id }) => id === wanted);
  if (found !== undefined) return found;
  const ids = jobs.map(({ id }) => id).join(", ");
  throw new ToolError({
    code: "not_found",
    message: `The cluster has no backup job ${wanted}.`,
    next: ids === "" ? "It has no backup jobs." : `It has ${ids}.`,
  });
}

/** Which guests a job takes, in words. */
export function selectionOf({ all, vmid, pool, exclude, node }: Job): string {
  const where = isOn(node) ? ` on ${node}` : "";
  if (isOn(pool)) return `pool ${pool}${where}`;
  if (isOn(vmid)) return `${vmid}${where}`;
  if (!isOn(all)) return "none";
  return `all${isOn(exclude) ? ` but ${exclude}` : ""}${where}`;
}

/** When a job runs; older jobs have a time and days instead of a schedule. */
export function scheduleOf({ schedule, starttime, dow }: Job): string | undefined {
  if (isOn(schedule)) return String(schedule);
  return isOn(starttime) ? [dow, starttime].filter(isOn).join(" ") : undefined;
}

/** A property string as text, also where the API answers its parts. */
export function textOf(value: unknown): string | undefined {
  if (!isOn(value)) return undefined;
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, part]) => `${key}=${part === true ? 1 : String(part)}`)
    .join(",");
}

/** True for anything but what Proxmox VE takes for "no". */
export function isOn(value: unknown): boolean {
  return ![undefined, null, false, 0, "0", ""].some((nothing) => nothing === value);
}
