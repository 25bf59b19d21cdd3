import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { disksOf } from "./disks.ts";
import type { DiskUse, Outside } from "./outside.ts";

const DISKS = "/nodes/{node}/disks";

/** A kind of thing that disks are made into. */
interface Kind {
  readonly path: "directory" | "lvm" | "lvmthin" | "zfs";
  /** As its tasks begin. */
  readonly task: string;
  readonly use: DiskUse["kind"];
  /** The storage that it can be defined as. */
  readonly storage: (name: string) => Readonly<Record<string, string>>;
  /** What removing it ends with where there is none. */
  readonly missing: (name: string, params: LabRequest["params"]) => string;
}

const KINDS: readonly Kind[] = [
  {
    ...{ path: "directory", task: "dir", use: "ext4" },
    storage: (name) => ({
      ...{ type: "dir", path: `/mnt/pve/${name}`, is_mountpoint: "1" },
      content: "rootdir,images,iso,backup,vztmpl,snippets",
    }),
    missing: (name) => `command 'systemctl stop mnt-pve-${name}.mount' failed: exit code 5`,
  },
  {
    ...{ path: "lvm", task: "lvm", use: "LVM" },
    storage: (name) => ({ type: "lvm", vgname: name, content: "rootdir,images" }),
    missing: (name) => `no such volume group '${name}'`,
  },
  {
    ...{ path: "lvmthin", task: "lvmthin", use: "LVM" },
    storage: (name) => ({ type: "lvmthin", vgname: name, thinpool: name, content: "rootdir,images" }),
    missing: (name, params) => `no such thin pool ${params.need("volume-group")}/${name}`,
  },
  {
    ...{ path: "zfs", task: "zfs", use: "ZFS" },
    storage: (name) => ({ type: "zfspool", pool: name, content: "rootdir,images" }),
    missing: (name) => `command '/sbin/zpool destroy ${name}' failed: exit code 1`,
  },
];

/** Making storages of disks, and taking them apart. (pve-storage, src/PVE/API2/Disks/*.pm) */
export function registerDiskWrites(lab: LabCore): void {
  for (const kind of KINDS) {
    lab.route(`POST ${DISKS}/${kind.path}`, (request) => create(request, kind));
    lab.route(`DELETE ${DISKS}/${kind.path}/{name}`, (request) => remove(request, kind));
  }
  lab.route(`POST ${DISKS}/initgpt`, (request) => {
    const device = unused(request, request.params.need("disk"));
    return request.task("diskinit", device.replace("/dev/", ""), () => undefined);
  });
  lab.route(`PUT ${DISKS}/wipedisk`, (request) => {
    const device = unused(request, request.params.need("disk"));
    return request.task("wipedisk", device, () => undefined);
  });
  lab.route(`GET ${DISKS}/smart`, (request) => {
    present(request, request.params.need("disk"));
    if (request.params.flag("healthonly")) return { health: "PASSED" };
    return { health: "PASSED", type: "ata", attributes: [] };
  });
  lab.route(`GET ${DISKS}/zfs/{name}`, (request) => {
    const name = request.params.need("name");
    if (!lab.state.outside.zpools.has(name))
      throw die(`command '/sbin/zpool status -P ${name}' failed: exit code 1`);
    const leaf = { state: "ONLINE", read: 0, write: 0, cksum: 0, msg: "" };
    return { name, state: "ONLINE", errors: "No known data errors", children: [{ name, ...leaf, leaf: 0 }] };
  });
}

/** A disk that the node has; answers its path. */
function present({ lab, node }: LabRequest, device: string): string {
  const known = disksOf(lab.state, node).some((disk) => `/dev/${disk.device}` === device);
  if (device.startsWith("/dev/") && known) return device;
  throw die(device.startsWith("/dev/") ? "not a valid block device" : `got unusual device path '${device}'`);
}

/** One of those that nothing uses. */
function unused(request: LabRequest, device: string): string {
  present(request, device);
  const { lab, node } = request;
  const isUsed = disksOf(lab.state, node).some((disk) => `/dev/${disk.device}` === device && disk.used);
  if (isUsed) throw die(`device '${device}' is already in use`);
  return device;
}

async function create(request: LabRequest, kind: Kind): Promise<string> {
  const { params, lab, node, check, caller } = request;
  const name = params.need("name");
  const named = kind.path === "zfs" ? params.list("devices") : [params.need("device")];
  const devices = named.map((device) => unused(request, device));
  if (params.flag("add_storage")) {
    // Since 8.0; before, the endpoints declare it for every call.
    if (lab.release.major >= 8) check("/storage", ["Datastore.Allocate"]);
    // The name is kept, and the storage opened once there is something behind it.
    const given = { storage: name, nodes: node.name, disable: "1", ...kind.storage(name) };
    await lab.invoke("POST /storage", given, caller);
  }
  return request.task(`${kind.task}create`, name, async (task) => {
    make(request, kind, devices, task);
    if (!params.flag("add_storage")) return;
    await lab.invoke("PUT /storage/{storage}", { storage: name, delete: "disable" }, caller);
  });
}

function make(
  { params, lab, node }: LabRequest,
  kind: Kind,
  devices: readonly string[],
  task: TaskHandle,
): void {
  const { outside } = lab.state;
  const name = params.need("name");
  if (exists(outside, kind, name) && kind.path !== "directory")
    throw die(
      kind.path === "zfs"
        ? `pool '${name}' already exists on node '${node.name}'`
        : `volume group with name '${name}' already exists on node '${node.name}'`,
    );
  const size = disksOf(lab.state, node)
    .filter(({ device }) => devices.includes(`/dev/${device}`))
    .reduce((sum, disk) => sum + disk.size, 0);
  for (const device of devices) {
    task.log(`# making ${name} on ${device}`);
    outside.disks.set(`${node.name}:${device}`, { kind: kind.use, name });
  }
  if (kind.path === "zfs") outside.zpools.set(name, size);
  if (kind.use === "LVM")
    outside.volumeGroups.set(name, { size, thinpools: kind.path === "lvmthin" ? [name] : [] });
}

function exists(outside: Outside, kind: Kind, name: string): boolean {
  if (kind.path === "zfs") return outside.zpools.has(name);
  if (kind.use === "LVM") return outside.volumeGroups.has(name);
  return [...outside.disks.values()].some((use) => use.kind === kind.use && use.name === name);
}

function remove(request: LabRequest, kind: Kind): string {
  const { params, lab, check, caller } = request;
  const name = params.need("name");
  const cleans = params.flag("cleanup-config");
  if (cleans && lab.release.major >= 8) check("/storage", ["Datastore.Allocate"]);
  return request.task(`${kind.task}remove`, name, async () => {
    const { outside, storages } = lab.state;
    if (!exists(outside, kind, name)) throw die(kind.missing(name, params));
    for (const [key, use] of outside.disks) if (use.name === name) outside.disks.delete(key);
    if (kind.path === "zfs") outside.zpools.delete(name);
    if (kind.use === "LVM") outside.volumeGroups.delete(name);
    if (cleans && storages.has(name))
      await lab.invoke("DELETE /storage/{storage}", { storage: name }, caller);
  });
}
