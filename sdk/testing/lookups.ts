import type { ClusterReader } from "./cluster-reader.ts";
import { ScenarioFailure } from "./expect.ts";
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
  | "guest agent"
  | "backup storage"
  | "image storage"
  | "address to download from"
  | "template to download"
  | "NFS server"
  | "PCI device"
  | "USB device"
  | "administrator's rights";

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
  "backup storage": (ground) => filesFor(ground, "backup"),
  "image storage": (ground) => filesFor(ground, "iso"),
  "address to download from": async (ground) => (await filesFor(ground, "iso")) && ground.place.url,
  "template to download": templateToDownload,
  "NFS server": async ({ cluster }) =>
    (await cluster.get<readonly { server?: string; type: string }[]>("/storage")).find(
      ({ type }) => type === "nfs",
    )?.server,
  "PCI device": pciDevice,
  "USB device": usbDevice,
  "administrator's rights": administrator,
};

/**
 * The first of a kind that not every cluster has, undefined where there is none: the name of a node or storage, a
 * volid, the id of a mapping with a device of the place's node, the VMID of a template with a guest agent, an address,
 * the name of a container template, or a device as an entry of a mapping.
 * A second or shared storage is one of the place's node that takes both disks of VMs and volumes of containers; the
 * storages for backups and images are the place's own.
 */
export function lookUp(feature: ClusterFeature, ground: Ground): Promise<string | undefined> {
  return LOOKUPS[feature](ground).catch((error: unknown) => {
    // What a release does not know, or the account may not look at, scenarios cannot use.
    if (error instanceof ScenarioFailure) return undefined;
    throw error;
  });
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
  const mappings =
    await cluster.get<readonly { id: string; map?: readonly string[] }[]>("/cluster/mapping/pci");
  const isHere = (entry: string) => entry.split(",").includes(`node=${place.node}`);
  return mappings.find(({ map = [] }) => map.some(isHere))?.id;
}

async function filesFor(ground: Ground, content: string): Promise<string | undefined> {
  const { files } = ground.place;
  const found = (await storages(ground)).find(({ storage }) => storage === files);
  return found?.content.split(",").includes(content) === true ? found.storage : undefined;
}

/** One of a few MB. The place's address says whether the node may reach out. */
async function templateToDownload({ cluster, place: { node, url } }: Ground): Promise<string | undefined> {
  if (url === undefined) return undefined;
  const offered = await cluster.get<readonly { template: string }[]>(`/nodes/${node}/aplinfo`);
  return offered.find(({ template }) => template.startsWith("alpine-"))?.template;
}

interface PciLine {
  readonly id: string;
  readonly vendor: string;
  readonly device: string;
  readonly subsystem_vendor?: string;
  readonly subsystem_device?: string;
  readonly iommugroup: number;
}

/** A device that can be told apart for certain: with a subsystem, and behind an IOMMU. */
async function pciDevice({ cluster, place: { node } }: Ground): Promise<string | undefined> {
  const devices = await cluster.get<readonly PciLine[]>(`/nodes/${node}/hardware/pci`);
  const found = devices.find((one) => one.subsystem_device !== undefined && one.iommugroup >= 0);
  if (found === undefined) return undefined;
  const hex = (...parts: readonly (string | undefined)[]) => parts.join(":").replaceAll("0x", "");
  const { id: path, vendor, device, subsystem_vendor, subsystem_device, iommugroup } = found;
  const subsystem = hex(subsystem_vendor, subsystem_device);
  return `node=${node},path=${path},id=${hex(vendor, device)},iommugroup=${iommugroup},subsystem-id=${subsystem}`;
}

async function usbDevice({ cluster, place: { node } }: Ground): Promise<string | undefined> {
  const path = `/nodes/${node}/hardware/usb`;
  const [found] = await cluster.get<readonly { vendid: string; prodid: string }[]>(path);
  return found && `node=${node},id=${found.vendid}:${found.prodid}`;
}

/** Whoever may give away any right has every right, or can have it. */
async function administrator({ cluster }: Ground): Promise<string | undefined> {
  const rights =
    await cluster.get<Readonly<Record<string, Readonly<Record<string, number>>>>>("/access/permissions");
  return rights["/"]?.["Permissions.Modify"] === undefined ? undefined : "/";
}
