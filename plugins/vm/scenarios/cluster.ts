import type { ScenarioRun, Shown } from "../../../sdk/testing/index.ts";

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
}

/** A VM or template of the cluster. */
export interface Vm {
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  /** Path of the VM in the API. */
  readonly path: string;
}

/** A configuration as the API answers it. */
export type Config = Readonly<Record<string, unknown>>;

export function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** The lines of VMs and templates with all that they say. */
export async function guestLines(t: ScenarioRun): Promise<readonly (Resource & Shown)[]> {
  const all = await t.cluster.get<readonly (Resource & Shown)[]>("/cluster/resources");
  return all.filter(({ type }) => type === "qemu");
}

/** VMs in a status, or the templates. */
export async function vms(t: ScenarioRun, what: "running" | "stopped" | "template"): Promise<readonly Vm[]> {
  return (await resources(t)).flatMap(({ type, vmid, node, name = "", status, template }) => {
    const is = template === 1 ? "template" : status;
    if (type !== "qemu" || vmid === undefined || is !== what) return [];
    return [{ vmid, node, name, path: `/nodes/${node}/qemu/${vmid}` }];
  });
}

/** The first of them. */
export async function aVm(t: ScenarioRun, what: "running" | "stopped" | "template"): Promise<Vm> {
  const [first] = await vms(t, what);
  if (first === undefined) throw new Error(`the cluster has no ${what} VM`);
  return first;
}

export function configOf(t: ScenarioRun, { path }: Vm): Promise<Config> {
  return t.cluster.get<Config>(`${path}/config`);
}

/** Waits until the VM's own status says so. */
export function becomes(t: ScenarioRun, { path, vmid }: Vm, qmpstatus: string): Promise<unknown> {
  return t.cluster.until<{ qmpstatus?: string }>(
    `${path}/status/current`,
    (current) => current.qmpstatus === qmpstatus,
    `VM ${vmid} becomes ${qmpstatus}`,
  );
}

/** A storage on the node that takes disks of VMs. */
export async function diskStorage(t: ScenarioRun, node: string): Promise<string> {
  const found = (await resources(t)).find(
    (one) => one.type === "storage" && one.node === node && one.content?.split(",").includes("images"),
  );
  if (found?.storage === undefined) throw new Error(`node ${node} has no storage for disks`);
  return found.storage;
}
