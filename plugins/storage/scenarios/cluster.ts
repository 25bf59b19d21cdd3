import type { ScenarioRun } from "../../../sdk/testing/index.ts";

/** A storage as `/storage` answers it. */
export interface Definition {
  readonly storage: string;
  readonly type: string;
  readonly content: string;
  readonly shared?: number;
  readonly disable?: number;
  readonly nodes?: string;
  readonly digest: string;
}

/** A volume as a storage lists it. */
export interface Volume {
  readonly volid: string;
  readonly content: string;
  readonly size: number;
  readonly vmid?: number;
  readonly notes?: string;
  readonly protected?: number;
}

/** A line of `/cluster/resources`. */
export interface Resource {
  readonly type: string;
  readonly node: string;
  readonly status: string;
  readonly vmid?: number;
  readonly storage?: string;
}

export function definitions(t: ScenarioRun): Promise<readonly Definition[]> {
  return t.cluster.get<readonly Definition[]>("/storage");
}

/** The definition of a storage, undefined where there is none. */
export async function definition(t: ScenarioRun, storage: string): Promise<Definition | undefined> {
  return (await definitions(t)).find((one) => one.storage === storage);
}

export function resources(t: ScenarioRun): Promise<readonly Resource[]> {
  return t.cluster.get<readonly Resource[]>("/cluster/resources");
}

/** The first online node. */
export async function aNode(t: ScenarioRun): Promise<string> {
  const found = (await resources(t)).find(({ type, status }) => type === "node" && status === "online");
  if (found === undefined) throw new Error("the cluster has no online node");
  return found.node;
}

/** A storage that takes this content; a shared one, or one that every node has for itself. */
export async function aStorage(
  t: ScenarioRun,
  content: string,
  kind: "shared" | "local" = "shared",
): Promise<string> {
  const found = (await definitions(t)).find(
    (one) =>
      one.content.split(",").includes(content) &&
      one.disable !== 1 &&
      (one.shared === 1) === (kind === "shared"),
  );
  if (found === undefined) throw new Error(`the cluster has no ${kind} storage for ${content}`);
  return found.storage;
}

/** Volumes of a storage, seen from a node. */
export function volumesOn(t: ScenarioRun, node: string, storage: string): Promise<readonly Volume[]> {
  return t.cluster.get<readonly Volume[]>(`/nodes/${node}/storage/${storage}/content`);
}

/** The volume of this ID, undefined where there is none. */
export async function volume(t: ScenarioRun, node: string, volid: string): Promise<Volume | undefined> {
  const [storage = ""] = volid.split(":");
  return (await volumesOn(t, node, storage)).find((one) => one.volid === volid);
}
