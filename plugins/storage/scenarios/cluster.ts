import { OWN, type ScenarioRun, type Shown } from "../../../sdk/testing/index.ts";

/** A storage as `/storage` answers it. */
export interface Definition extends Shown {
  readonly storage: string;
  readonly type: string;
  readonly content: string;
  readonly shared?: number;
  readonly disable?: number;
  readonly nodes?: string;
  readonly digest: string;
}

/** A volume as a storage lists it. */
export interface Volume extends Shown {
  readonly volid: string;
  readonly content: string;
  readonly size: number;
  readonly vmid?: number;
  readonly notes?: string;
  readonly protected?: number;
}

/** A storage on a directory that every node has, where nothing is made or found. */
export const EXTRA = { storage: OWN, type: "dir", path: "/srv", mkdir: false } as const;

/** A storage that is not there, under a name that a scenario may try. */
export const NO_STORAGE = `${OWN}-none`;

export function definitions(t: ScenarioRun): Promise<readonly Definition[]> {
  return t.cluster.get<readonly Definition[]>("/storage");
}

/** The definition of a storage, undefined where there is none. */
export async function definition(t: ScenarioRun, storage: string): Promise<Definition | undefined> {
  return (await definitions(t)).find((one) => one.storage === storage);
}

/** Whether a storage is another one on each of several nodes. */
export async function isOfEachNode(t: ScenarioRun, storage: string): Promise<boolean> {
  const nodes = await t.cluster.get<readonly { status?: string }[]>("/nodes");
  const { shared, nodes: on } = (await definition(t, storage)) ?? {};
  return shared !== 1 && on === undefined && nodes.filter(({ status }) => status === "online").length > 1;
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
