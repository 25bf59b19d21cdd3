import {
  type FixtureOptions,
  OWN,
  OWN_FOLDER,
  type ScenarioRun,
  type Shown,
} from "../../../sdk/testing/index.ts";

/** A line of `/cluster/resources`. */
export interface Resource extends Shown {
  readonly type: string;
  readonly node: string;
  readonly vmid?: number;
  readonly name?: string;
  readonly status: string;
  readonly template?: number;
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

/** A backup as a storage's content shows it. */
export interface Backup extends Shown {
  readonly volid: string;
  readonly vmid: number;
  readonly notes?: string;
  readonly protected?: number;
}

/** What is not there, under names that a scenario may try. */
export const NONE = `${OWN}-none`;

export function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** Makes a guest of one kind. */
export async function makeGuest(
  { make }: ScenarioRun,
  kind: "qemu" | "lxc",
  state: "running" | "stopped",
  options: FixtureOptions = {},
): Promise<Guest> {
  const made = kind === "qemu" ? await make.vm(state, options) : await make.container(state, options);
  return { kind, ...made };
}

/** A running guest that the cluster has, on any node but the one named. */
export async function foundGuest(t: ScenarioRun, kind: "qemu" | "lxc", not = ""): Promise<Guest> {
  const found = (await resources(t)).find(
    ({ type, status, node, template }) =>
      type === kind && status === "running" && node !== not && template !== 1,
  );
  const { vmid, node = "", name = "" } = found ?? {};
  if (vmid === undefined) throw new Error(`the cluster has no running guest of kind ${kind} there`);
  return { kind, vmid, node, name, path: `/nodes/${node}/${kind}/${vmid}` };
}

/** What {@link vmsOnTwoNodes} and a storage on both nodes need of the cluster. */
export const TWO_NODES = ["administrator's rights", "second node", "local storage of two nodes"] as const;

/** A VM on the place's node and one on another. */
export async function vmsOnTwoNodes(t: ScenarioRun): Promise<readonly Guest[]> {
  const disk = { scsi0: `${await t.find("local storage of two nodes")}:1` };
  const second = await t.find("second node");
  const made = [await t.make.vm("stopped", disk), await t.make.vm("running", disk, second)];
  return made.map((guest) => ({ kind: "qemu", ...guest }));
}

/** Defines a storage for backups that is another one on each node, or is on one node alone. */
export async function ownBackupStorage(t: ScenarioRun, node?: string): Promise<string> {
  const own = { storage: OWN, type: "dir", path: OWN_FOLDER, content: ["backup"] };
  await t.ok("proxmox_storage_define", node === undefined ? own : { ...own, nodes: [node] });
  return OWN;
}

/** The place's storage for backups; the scenario says that it needs one. */
export function backupStorage(t: ScenarioRun): Promise<string> {
  return t.find("backup storage");
}

/** The backups of a guest on a storage, as the node of the guest sees them. */
export async function backupsOf(
  t: ScenarioRun,
  { node, vmid }: Pick<Guest, "node" | "vmid">,
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
