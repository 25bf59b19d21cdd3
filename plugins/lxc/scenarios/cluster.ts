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

/** A container or template of the cluster. */
export interface Container {
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  /** Path of the container in the API. */
  readonly path: string;
}

/** A configuration as the API answers it. */
export type Config = Readonly<Record<string, unknown>>;

type What = "running" | "stopped" | "template";

export function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** The lines of containers and templates with all that they say. */
export async function guestLines(t: ScenarioRun): Promise<readonly (Resource & Shown)[]> {
  const all = await t.cluster.get<readonly (Resource & Shown)[]>("/cluster/resources");
  return all.filter(({ type }) => type === "lxc");
}

/** Containers in a status, or the templates. */
export async function containers(t: ScenarioRun, what: What): Promise<readonly Container[]> {
  return (await resources(t)).flatMap(({ type, vmid, node, name = "", status, template }) => {
    const is = template === 1 ? "template" : status;
    if (type !== "lxc" || vmid === undefined || is !== what) return [];
    return [{ vmid, node, name, path: `/nodes/${node}/lxc/${vmid}` }];
  });
}

/** The first of them. */
export async function aContainer(t: ScenarioRun, what: What): Promise<Container> {
  const [first] = await containers(t, what);
  if (first === undefined) throw new Error(`the cluster has no ${what} container`);
  return first;
}

/** The one of that name, whatever its status. */
export async function named(t: ScenarioRun, name: string): Promise<Container> {
  for (const what of ["stopped", "running", "template"] as const) {
    const found = (await containers(t, what)).find((one) => one.name === name);
    if (found !== undefined) return found;
  }
  throw new Error(`the cluster has no container ${name}`);
}

export function configOf(t: ScenarioRun, { path }: Container): Promise<Config> {
  return t.cluster.get<Config>(`${path}/config`);
}

/** Waits until the container's own status says so. */
export function becomes(t: ScenarioRun, { path, vmid }: Container, status: string): Promise<unknown> {
  return t.cluster.until<{ status?: string }>(
    `${path}/status/current`,
    (current) => current.status === status,
    `container ${vmid} becomes ${status}`,
  );
}

async function storageFor(t: ScenarioRun, node: string, content: string): Promise<string> {
  const found = (await resources(t)).find(
    (one) => one.type === "storage" && one.node === node && one.content?.split(",").includes(content),
  );
  if (found?.storage === undefined) throw new Error(`node ${node} has no storage for ${content}`);
  return found.storage;
}

/** A storage on the node that takes volumes of containers. */
export function volumeStorage(t: ScenarioRun, node: string): Promise<string> {
  return storageFor(t, node, "rootdir");
}

/** A template file that the node can make containers from. */
export async function templateFile(t: ScenarioRun, node: string): Promise<string> {
  const storages = (await resources(t)).filter(
    (one) => one.type === "storage" && one.node === node && one.content?.split(",").includes("vztmpl"),
  );
  for (const { storage } of storages) {
    const path = `/nodes/${node}/storage/${storage}/content`;
    const files = await t.cluster.get<readonly { content: string; volid: string }[]>(path);
    const found = files.find(({ content }) => content === "vztmpl");
    if (found !== undefined) return found.volid;
  }
  throw new Error(`node ${node} has no container template`);
}
