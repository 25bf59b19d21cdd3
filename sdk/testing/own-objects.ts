import type { ClusterWriter } from "./cluster-writer.ts";
import { isOwn, OWN_FOLDER } from "./own.ts";
import type { Place } from "./target.ts";

/** Objects of one kind: where they are listed, and what deletes one. */
interface Kind {
  readonly name: string;
  readonly list: string;
  readonly key: string;
  readonly path: (id: string) => string;
}

/** In the order in which they can be deleted: what refers to another comes before it. */
const KINDS: readonly Kind[] = [
  { name: "backup job", list: "/cluster/backup", key: "id", path: (id) => `/cluster/backup/${id}` },
  { name: "pool", list: "/pools", key: "poolid", path: (id) => poolPath(id) },
  { name: "storage", list: "/storage", key: "storage", path: (id) => `/storage/${id}` },
  {
    name: "user",
    list: "/access/users",
    key: "userid",
    path: (id) => `/access/users/${encodeURIComponent(id)}`,
  },
  { name: "group", list: "/access/groups", key: "groupid", path: (id) => `/access/groups/${id}` },
  { name: "role", list: "/access/roles", key: "roleid", path: (id) => `/access/roles/${id}` },
  { name: "realm", list: "/access/domains", key: "realm", path: (id) => `/access/domains/${id}` },
  ...["pci", "usb", "dir"].map((type) => {
    const list = `/cluster/mapping/${type}`;
    return { name: `${type} mapping`, list, key: "id", path: (id: string) => `${list}/${id}` };
  }),
];

/** An object other than a guest. */
export interface ClusterObject {
  /** Kind and name, for messages. */
  readonly label: string;
  readonly own: boolean;
  readonly path: string;
}

type Line = Readonly<Record<string, unknown>>;

/** What the account sees of the kinds of objects that scenarios make. A kind that the release lacks has none. */
export async function objectsOn(cluster: ClusterWriter): Promise<readonly ClusterObject[]> {
  const found: ClusterObject[] = [];
  for (const { name, list, key, path } of KINDS) {
    const ids = (await lines(cluster, list)).map((line) => String(line[key]));
    // A pool within another goes before it.
    for (const id of ids.sort((a, b) => b.length - a.length))
      found.push({ label: `${name} ${id}`, own: isOwn(id), path: path(id) });
  }
  return found;
}

/** Deletes an object that a scenario made. */
export async function removeObject(cluster: ClusterWriter, { label, path }: ClusterObject): Promise<void> {
  if (label.startsWith("pool ")) await emptyPool(cluster, label.slice("pool ".length));
  await cluster.change("DELETE", path);
}

/** A pool is deleted without members only. */
async function emptyPool(cluster: ClusterWriter, poolid: string): Promise<void> {
  const [pool] = await lines(cluster, `/pools?poolid=${encodeURIComponent(poolid)}`);
  const members = Array.isArray(pool?.members) ? (pool.members as readonly Line[]) : [];
  const storages = new Set(members.flatMap(({ type, storage }) => (type === "storage" ? [storage] : [])));
  if (storages.size > 0)
    await cluster.change("PUT", poolPath(poolid), { delete: "1", storage: [...storages].join(",") });
}

/** The path of a pool names no pool within another; the query does, which older releases do not know. */
function poolPath(poolid: string): string {
  return poolid.includes("/") ? `/pools?poolid=${encodeURIComponent(poolid)}` : `/pools/${poolid}`;
}

/** A volume or file that a scenario made. */
export interface OwnVolume {
  readonly volid: string;
  readonly path: string;
  readonly isProtected: boolean;
}

/**
 * Volumes and files of scenarios on any node: on the storages of the place those of a VMID of the range or of a name of
 * theirs, on storages in the folder of scenarios all.
 */
export async function ownVolumes(cluster: ClusterWriter, place: Place): Promise<readonly OwnVolume[]> {
  const { storage, files = storage, vmids } = place;
  const inOwnFolder = (await lines(cluster, "/storage"))
    .filter((line) => isOwn(line.storage) && line.path === OWN_FOLDER)
    .map((line) => String(line.storage));
  const found: OwnVolume[] = [];
  for (const { id, base } of await contents(cluster, [storage, files, ...inOwnFolder])) {
    for (const line of await lines(cluster, base)) {
      const volid = String(line.volid);
      const vmid = Number(line.vmid);
      const isOurs =
        inOwnFolder.includes(id) ||
        (vmid >= vmids.first && vmid <= vmids.last) ||
        isOwn(/[^/:]+$/.exec(volid)?.[0]);
      const path = `${base}/${encodeURIComponent(volid)}`;
      if (isOurs) found.push({ volid, path, isProtected: Number(line.protected) === 1 });
    }
  }
  return found;
}

/** Where the contents of storages are listed: of a shared one once, of others on each node that has them. */
async function contents(
  cluster: ClusterWriter,
  storages: readonly string[],
): Promise<readonly { id: string; base: string }[]> {
  const nodes = (await lines(cluster, "/nodes")).filter(({ status }) => status === "online");
  const found = new Map<string, { id: string; base: string }>();
  for (const { node } of nodes) {
    for (const line of await lines(cluster, `/nodes/${node}/storage?enabled=1`)) {
      const id = String(line.storage);
      const base = `/nodes/${node}/storage/${id}/content`;
      const key = Number(line.shared) === 1 ? id : base;
      if (storages.includes(id) && !found.has(key)) found.set(key, { id, base });
    }
  }
  return [...found.values()];
}

/** Deletes a volume that a scenario made, protected or not. */
export async function removeVolume(cluster: ClusterWriter, { path, isProtected }: OwnVolume): Promise<void> {
  if (isProtected) await cluster.change("PUT", path, { protected: "0" });
  await cluster.change("DELETE", path);
}

async function lines(cluster: ClusterWriter, path: string): Promise<readonly Line[]> {
  const { status, data } = await cluster.raw(path);
  // What the account may not list it cannot have made.
  return status === 200 && Array.isArray(data) ? data : [];
}
