import type { ClusterReader } from "./cluster-reader.ts";
import type { Place } from "./target.ts";

/** What not every cluster has. */
export type ClusterFeature =
  | "second node"
  | "second storage"
  | "shared storage"
  | "local storage of two nodes"
  | "ceph"
  | "container template"
  | "image to import"
  | "PCI mapping"
  | "guest agent";

/** A cluster and where scenarios may make guests on it. */
export interface Ground {
  readonly cluster: Pick<ClusterReader, "get">;
  readonly place: Place;
}

interface StorageLine {
  readonly storage: string;
  readonly type: string;
  readonly content: string;
  readonly active?: number;
  readonly shared?: number;
}

const LOOKUPS: Readonly<Record<ClusterFeature, (ground: Ground) => Promise<string | undefined>>> = {
  "second node": secondNode,
  "second storage": async (ground) =>
    (await guestStorages(ground)).find(({ storage }) => storage !== ground.place.storage)?.storage,
  "shared storage": async (ground) =>
    (await guestStorages(ground)).find(({ shared }) => shared === 1)?.storage,
  "local storage of two nodes": localStorage,
  ceph: async (ground) =>
    (await storages(ground)).find(({ type }) => type === "rbd" || type === "cephfs")?.storage,
  "container template": (ground) => fileOf(ground, "vztmpl"),
  "image to import": (ground) => fileOf(ground, "import"),
  "PCI mapping": pciMapping,
  "guest agent": async ({ place: { agentTemplate } }) => agentTemplate?.toString(),
};

/**
 * The first of a kind that not every cluster has, undefined where there is none: the name of a node or storage, a
 * volid, the id of a mapping with a device of the place's node, or the VMID of a template with a guest agent.
 * A second or shared storage is one of the place's node that takes both disks of VMs and volumes of containers.
 */
export function lookUp(feature: ClusterFeature, ground: Ground): Promise<string | undefined> {
  return LOOKUPS[feature](ground);
}

async function secondNode({ cluster, place }: Ground): Promise<string | undefined> {
  const nodes = await cluster.get<readonly { node: string; status?: string }[]>("/nodes");
  return nodes.find(({ node, status }) => node !== place.node && status === "online")?.node;
}

async function storages({ cluster, place }: Ground, node = place.node): Promise<readonly StorageLine[]> {
  const lines = await cluster.get<readonly StorageLine[]>(`/nodes/${node}/storage?enabled=1`);
  return lines.filter(({ active }) => active === 1);
}

async function guestStorages(ground: Ground): Promise<readonly StorageLine[]> {
  const takes = ({ content }: StorageLine, kind: string) => content.split(",").includes(kind);
  return (await storages(ground)).filter((line) => takes(line, "images") && takes(line, "rootdir"));
}

async function localStorage(ground: Ground): Promise<string | undefined> {
  const other = await secondNode(ground);
  if (other === undefined) return undefined;
  const there = await storages(ground, other);
  const here = (await guestStorages(ground)).filter(({ shared }) => shared !== 1);
  return here.find(({ storage }) => there.some((one) => one.storage === storage))?.storage;
}

async function fileOf(ground: Ground, content: string): Promise<string | undefined> {
  const { cluster, place } = ground;
  for (const line of await storages(ground)) {
    if (!line.content.split(",").includes(content)) continue;
    const path = `/nodes/${place.node}/storage/${line.storage}/content?content=${content}`;
    const [file] = await cluster.get<readonly { volid: string }[]>(path);
    if (file !== undefined) return file.volid;
  }
  return undefined;
}

async function pciMapping({ cluster, place }: Ground): Promise<string | undefined> {
  // Releases before 8 have no mappings.
  const mappings = await cluster
    .get<readonly { id: string; map?: readonly string[] }[]>("/cluster/mapping/pci")
    .catch(() => []);
  const isHere = (entry: string) => entry.split(",").includes(`node=${place.node}`);
  return mappings.find(({ map = [] }) => map.some(isHere))?.id;
}
