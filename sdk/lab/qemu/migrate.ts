import { die, paramError } from "../errors.ts";
import { isHaManaged } from "../ha/state.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { splitVolid } from "./drive.ts";
import { checkLock, drivesOf, loadVm } from "./guest.ts";
import { localDisks } from "./local-disks.ts";
import { localResources, mappedResources } from "./migrate-local.ts";
import { type MigrationOptions, migrateVm } from "./migration.ts";
import { rootOnly, vmidOf } from "./power.ts";
import { enabledStorage, holds, isDisabled, storageOf } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";

/** GET migrate: where the VM could go, and what would stand in the way. */
export function migratePreconditions(request: LabRequest): unknown {
  const { lab, node } = request;
  const guest = loadVm(lab, node.name, vmidOf(request));
  checkLock(guest);
  const missing = missingStorages(request, guest);
  const mapped = mappedResources(lab.state, guest);
  const others = [...lab.state.nodes.values()].filter((one) => one.name !== node.name);
  const notAllowed = Object.fromEntries(
    others
      .map((one) => [one.name, missing(one.name)] as const)
      .filter(([, storages]) => storages.length > 0)
      .map(([name, storages]) => [name, { unavailable_storages: storages }]),
  );
  return {
    running: guest.runtime === undefined ? 0 : 1,
    allowed_nodes: others.map((one) => one.name).filter((name) => notAllowed[name] === undefined),
    not_allowed_nodes: notAllowed,
    local_disks: localDisks(lab.state, guest),
    local_resources: localResources(lab.state, guest),
    "mapped-resources": Object.keys(mapped).sort(),
    "mapped-resource-info": mapped,
    "has-dbus-vmstate": 1,
    ...(guest.ha === undefined ? {} : { "dependent-ha-resources": [] }),
  };
}

/** Storages of the VM that another node lacks. */
function missingStorages(request: LabRequest, guest: LabGuest): (node: string) => readonly string[] {
  const { state } = request.lab;
  const ids = drivesOf(guest.config).flatMap(([, drive]) => splitVolid(drive.file)?.storage ?? []);
  return (node) =>
    [...new Set(ids)].sort().filter((id) => {
      const storage = storageOf(state, id);
      const nodes = storage.config.get("nodes");
      return isDisabled(storage) || (nodes !== undefined && !nodes.split(/[,;\s]+/).includes(node));
    });
}

/** POST migrate. */
export function migrate(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const target = params.need("target");
  if (target === node.name) throw paramError({ target: "target is local node." });
  if (!lab.state.nodes.has(target)) throw die(`no such cluster node '${target}'`);
  const vmid = vmidOf(request);
  rootOnly(request, "force", "migration_type", "migration_network");
  const guest = loadVm(lab, node.name, vmid);
  checkLock(guest);
  if (guest.runtime !== undefined && !params.flag("online"))
    throw die("can't migrate running VM without --online");
  const storageFor = storageMap(request, vmid);
  checkTargetStorages(request, guest, target, storageFor);
  const options: MigrationOptions = {
    target,
    online: params.flag("online") && guest.runtime !== undefined,
    withLocalDisks: params.flag("with-local-disks"),
    force: params.flag("force"),
    storageFor,
  };
  if (isHaManaged(lab.state, guest)) return migrateByHa(request, guest, options);
  return request.task("qmigrate", vmid, (task) => migrateVm(lab, guest, options, task));
}

/** Reads `targetstorage`: `1` keeps each, one name takes all, pairs map single ones. */
function storageMap(request: LabRequest, vmid: number): (storage: string) => string {
  const text = request.params.text("targetstorage");
  if (text === undefined || text === "1") return (id) => id;
  request.checkVm(vmid, undefined, ["VM.Config.Disk"]);
  const pairs = new Map<string, string>();
  let all: string | undefined;
  for (const item of request.params.list("targetstorage")) {
    const [from = "", to] = item.split(":");
    if (to === undefined) all = from;
    else pairs.set(from, to);
  }
  for (const id of [...pairs.values(), ...(all === undefined ? [] : [all])]) {
    const storage = enabledStorage(request.lab.state, id, request.params.need("target"));
    request.check(`/storage/${id}`, ["Datastore.AllocateSpace"]);
    if (!holds(storage, "images")) throw die(`storage '${id}' does not support vm images`);
  }
  return (id) => pairs.get(id) ?? all ?? id;
}

function checkTargetStorages(
  request: LabRequest,
  guest: LabGuest,
  target: string,
  storageFor: (storage: string) => string,
): void {
  const { state } = request.lab;
  for (const [, drive] of drivesOf(guest.config)) {
    const id = splitVolid(drive.file)?.storage;
    if (id === undefined || storageFor(id) !== id) continue;
    const storage = enabledStorage(state, id, guest.node);
    enabledStorage(state, id, target);
    const { content } = volumeName(state, drive.file);
    if (!holds(storage, content))
      throw die(`${drive.file}: content type '${content}' is not available on storage '${id}'`);
  }
}

function migrateByHa(request: LabRequest, guest: LabGuest, options: MigrationOptions): string {
  const { lab, node } = request;
  return request.task("hamigrate", guest.vmid, (task) => {
    task.log(`Requesting HA migration for VM ${guest.vmid} to node ${options.target}`);
    lab.tasks.start(
      { node: node.name, type: "qmigrate", id: String(guest.vmid), user: "root@pam" },
      async (later) => {
        await later.takes(3000);
        await migrateVm(lab, guest, options, later);
      },
    );
  });
}
