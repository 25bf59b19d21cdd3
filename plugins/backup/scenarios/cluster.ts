import type { ScenarioRun, ToolAnswer } from "../../../sdk/testing/index.ts";

/** A line of `/cluster/resources`. */
export interface Resource {
  readonly type: string;
  readonly node: string;
  readonly vmid?: number;
  readonly name?: string;
  readonly status: string;
  readonly template?: number;
  readonly storage?: string;
  readonly content?: string;
  readonly shared?: number;
}

/** A guest of the cluster. */
export interface Guest {
  readonly kind: "qemu" | "lxc";
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  /** Path of the guest in the API. */
  readonly path: string;
}

/** A configuration as the API answers it. */
export type Config = Readonly<Record<string, unknown>>;

/** A backup as a storage's content shows it. */
export interface Backup {
  readonly volid: string;
  readonly vmid: number;
  readonly notes?: string;
  readonly protected?: number;
}

export function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** Guests in a status, templates left out. */
export async function guests(
  t: ScenarioRun,
  kind: "qemu" | "lxc",
  status: "running" | "stopped",
): Promise<readonly Guest[]> {
  return (await resources(t)).flatMap((one) => {
    const { vmid, node, name = "" } = one;
    if (one.type !== kind || vmid === undefined || one.status !== status || one.template === 1) return [];
    return [{ kind, vmid, node, name, path: `/nodes/${node}/${kind}/${vmid}` }];
  });
}

/** The first of them that has a disk and is not protected. */
export async function aGuest(
  t: ScenarioRun,
  kind: "qemu" | "lxc",
  status: "running" | "stopped",
): Promise<Guest> {
  for (const guest of await guests(t, kind, status)) {
    const config = await configOf(t, guest);
    if (config.protection !== 1 && Object.keys(config).some((key) => /^(?:scsi0|rootfs)$/.test(key)))
      return guest;
  }
  throw new Error(`the cluster has no ${status} guest of kind ${kind} with a disk`);
}

export function configOf(t: ScenarioRun, { path }: Guest): Promise<Config> {
  return t.cluster.get<Config>(`${path}/config`);
}

/** A shared storage that takes backups. */
export async function backupStorage(t: ScenarioRun): Promise<string> {
  const found = (await resources(t)).find(
    (one) => one.type === "storage" && one.shared === 1 && one.content?.split(",").includes("backup"),
  );
  if (found?.storage === undefined) throw new Error("the cluster has no shared storage for backups");
  return found.storage;
}

/** A storage on the node that takes volumes of guests, but none of the backups'. */
export async function volumeStorage(t: ScenarioRun, node: string): Promise<string> {
  const found = (await resources(t)).find(
    (one) =>
      one.type === "storage" &&
      one.node === node &&
      /\bimages\b.*\brootdir\b|\brootdir\b.*\bimages\b/.test(one.content ?? ""),
  );
  if (found?.storage === undefined) throw new Error(`node ${node} has no storage for volumes`);
  return found.storage;
}

/** The backups of a guest on a storage, as the node of the guest sees them. */
export async function backupsOf(
  t: ScenarioRun,
  { node, vmid }: Guest,
  storage: string,
): Promise<readonly Backup[]> {
  const path = `/nodes/${node}/storage/${storage}/content?content=backup&vmid=${vmid}`;
  return t.cluster.get<readonly Backup[]>(path);
}

/** Backs a guest up with the tool for that, and answers the backup. */
export async function backUp(t: ScenarioRun, guest: Guest, storage: string): Promise<Backup> {
  await t.ok("proxmox_backup_start", { vmid: [guest.vmid], storage });
  const [backup] = await backupsOf(t, guest, storage);
  if (backup === undefined) throw new Error(`there is no backup of ${guest.vmid} on ${storage}`);
  return backup;
}

/** Creates a job with the tool for that. */
export async function makeJob(t: ScenarioRun, id: string, job: object): Promise<void> {
  await t.ok("proxmox_backup_job_create", { id, schedule: "mon..fri 02:00", ...job });
}

/** The rows of a list's answer. */
export function rowsOf({ data }: ToolAnswer): readonly Readonly<Record<string, unknown>>[] {
  // The client has held the data against the tool's result schema.
  return (data as { rows: readonly Readonly<Record<string, unknown>>[] }).rows;
}

/** The fields of a record's answer. */
export function fieldsOf({ data }: ToolAnswer): Readonly<Record<string, unknown>> {
  // The client has held the data against the tool's result schema.
  return (data as { fields: Readonly<Record<string, unknown>> }).fields;
}
