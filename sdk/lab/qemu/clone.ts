import { die, faultText, paramError, permError } from "../errors.ts";
import { cloneGuestFirewall } from "../firewall/state.ts";
import { snapshotOf } from "../guests/snapshots.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabGuest, LabRequest } from "../types.ts";
import { isShared } from "../volumes.ts";
import { copyDisk } from "./copy-disk.ts";
import { type Drive, isCdrom, isCloudInit, parseDrive, printDrive, splitVolid } from "./drive.ts";
import { checkLock, drivesOf, isRunning, isTemplate, loadVm, lockFile, written } from "./guest.ts";
import { parseNet, printNet } from "./net.ts";
import { isDriveName } from "./options.ts";
import { checkBridges, checkCpuModel, checkMappings } from "./permissions.ts";
import { joinPool } from "./pool.ts";
import { vmidOf } from "./power.ts";
import { parseProperties } from "./property-string.ts";
import { STATE_OPTIONS } from "./run.ts";
import { freeVolume } from "./storage/allocate.ts";
import { hasFeature } from "./storage/features.ts";
import { enabledStorage, holds, storageOf } from "./storage/lookup.ts";

/** What is to be cloned, checked. */
interface ClonePlan {
  readonly source: LabGuest;
  /** The section that is copied: the present one or a snapshot's. */
  readonly from: GuestConfig;
  /** The new configuration without its disks. */
  readonly config: GuestConfig;
  readonly disks: readonly { readonly name: string; readonly drive: Drive; readonly full: boolean }[];
}

/** POST clone. */
export function clone(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  const wasRunning = isRunning(request.lab, request.node.name, vmid);
  planClone(request, vmid, wasRunning);
  return request.task("qmclone", vmid, (task) =>
    request.lab.locks.with(lockFile(vmid), () =>
      runClone(request, planClone(request, vmid, wasRunning), task),
    ),
  );
}

function targetNode(request: LabRequest): string | undefined {
  const target = request.params.text("target");
  return target === undefined || target === request.node.name || target === "localhost" ? undefined : target;
}

function planClone(request: LabRequest, vmid: number, wasRunning: boolean): ClonePlan {
  const { lab, node, params } = request;
  const pool = params.text("pool");
  if (pool !== undefined && !lab.state.pools.has(pool)) throw permError(`pool '${pool}' does not exist`);
  const target = targetNode(request);
  if (target !== undefined && !lab.state.nodes.has(target)) throw die(`no such cluster node '${target}'`);
  const storage = params.text("storage");
  if (storage !== undefined) checkTargetStorage(request, storage, target);
  const source = loadVm(lab, node.name, vmid);
  checkLock(source);
  if ((source.runtime !== undefined) !== wasRunning) throw die("unexpected state change");
  const snapname = params.text("snapname");
  const from = snapname === undefined ? source.config : snapshotOf(source, snapname);
  const full = params.flag("full", !isTemplate(source.config));
  for (const name of ["storage", "format"])
    if (params.has(name) && !full) throw die(`parameter '${name}' not allowed for linked clones`);
  const shared = checkCloneStorages(request, from, storage);
  checkMappings(request, vmid, from);
  checkBridges(request, from);
  checkCpuModel(request, from.get("cpu"));
  if (target !== undefined && !shared)
    throw die(`can't clone VM to node '${target}' (VM uses local storage)`);
  const newid = Number(params.need("newid"));
  const taken = lab.state.guests.get(newid);
  if (taken?.kind === "qemu" && taken.node === node.name)
    throw die(`unable to create VM ${newid}: config file already exists`);
  return { source, from, ...copyConfig(request, from, full, snapname, wasRunning && snapname === undefined) };
}

function checkTargetStorage(request: LabRequest, id: string, target: string | undefined): void {
  const { state } = request.lab;
  const storage = enabledStorage(state, id, request.node.name);
  if (!holds(storage, "images")) throw paramError({ storage: `storage '${id}' does not support vm images` });
  if (target === undefined) return;
  enabledStorage(state, id, target);
  if (!isShared(storage)) throw die(`can't clone to non-shared storage '${id}'`);
}

/** Checks the storages; answers whether all of the VM is on shared ones. */
function checkCloneStorages(request: LabRequest, config: GuestConfig, target: string | undefined): boolean {
  let shared = true;
  for (const [, drive] of drivesOf(config)) {
    if (drive.file === "none") continue;
    if (drive.file === "cdrom") {
      request.check("/", ["Sys.Console"]);
      continue;
    }
    const id = splitVolid(drive.file)?.storage;
    if (id === undefined) throw die(`unable to parse volume ID '${drive.file}'`);
    if (!isShared(storageOf(request.lab.state, id))) shared = false;
    if (!isCdrom(drive)) request.check(`/storage/${target ?? id}`, ["Datastore.AllocateSpace"]);
  }
  const state = config.get("vmstatestorage");
  if (state !== undefined) request.check(`/storage/${state}`, ["Datastore.AllocateSpace"]);
  return shared;
}

const NOT_COPIED = new Set(["parent", "snaptime", "snapstate", ...STATE_OPTIONS]);

function copyConfig(
  request: LabRequest,
  from: GuestConfig,
  full: boolean,
  snapname: string | undefined,
  runs: boolean,
): Pick<ClonePlan, "config" | "disks"> {
  const { random } = request.lab;
  const config: GuestConfig = new Map();
  const disks: { name: string; drive: Drive; full: boolean }[] = [];
  for (const [name, value] of [...from].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (NOT_COPIED.has(name) || /^unused\d+$/.test(name)) continue;
    if (name === "tpmstate0" && full && runs) throw die("cannot clone TPM state while VM is running");
    const drive = isDriveName(name) ? parseDrive(name, value) : undefined;
    if (drive !== undefined && !isCdrom(drive, true)) {
      const whole = full || isCloudInit(drive) || name === "tpmstate0";
      checkCloneable(request, name, drive, whole, snapname);
      disks.push({ name, drive, full: whole });
    } else if (/^net\d+$/.test(name))
      config.set(name, printNet({ ...parseNet(value, random), macaddr: random.mac() }));
    else config.set(name, value);
  }
  return { config, disks };
}

function checkCloneable(
  request: LabRequest,
  name: string,
  drive: Drive,
  whole: boolean,
  snapname: string | undefined,
): void {
  if (hasFeature(request.lab.state, whole ? "copy" : "clone", drive.file, snapname)) return;
  const kind = whole ? "Full" : "Linked";
  const of = snapname === undefined ? "" : " a snapshot of";
  throw die(`${kind} clone feature is not supported for${of} '${drive.file}' (${name})`);
}

async function runClone(request: LabRequest, plan: ClonePlan, task: TaskHandle): Promise<void> {
  const { lab, node, params } = request;
  const newid = Number(params.need("newid"));
  task.log(`creating a clone of VM ${plan.source.vmid} with ID ${newid}`);
  if (lab.state.guests.has(newid))
    throw die(
      `close (rename) atomic file '/etc/pve/nodes/${node.name}/qemu-server/${newid}.conf' failed: File exists`,
    );
  const guest: LabGuest = {
    kind: "qemu",
    vmid: newid,
    node: node.name,
    config: new Map([["lock", "clone"]]),
    pending: new Map(),
    pendingDelete: new Map(),
    snapshots: new Map(),
    runtime: undefined,
  };
  lab.state.guests.set(newid, guest);
  cloneGuestFirewall(lab.state.firewall, plan.source.vmid, newid);
  finishConfig(request, plan);
  const made: string[] = [];
  try {
    await copyDisks(request, plan, newid, task, made);
    const pending = pendingNames(plan);
    if (pending !== "") task.log(`found pending changes for '${pending}', discarding for clone`);
  } catch (error) {
    for (const volid of made) freeVolume(lab.state, node.name, volid);
    lab.state.guests.delete(newid);
    throw die(`clone failed: ${faultText(error)}`);
  }
  guest.config = plan.config;
  guest.node = targetNode(request) ?? node.name;
  written(guest);
  const pool = params.text("pool");
  if (pool !== undefined) joinPool(lab.state, pool, newid);
}

/** Options of the source that wait for a restart; a snapshot has none. */
function pendingNames({ source, from }: ClonePlan): string {
  if (from !== source.config) return "";
  return [...source.pending.keys(), ...(source.pendingDelete.size > 0 ? ["delete"] : [])].join(",");
}

async function copyDisks(
  request: LabRequest,
  plan: ClonePlan,
  newid: number,
  task: TaskHandle,
  made: string[],
): Promise<void> {
  const { lab, node, params } = request;
  for (const { name, drive, full } of plan.disks) {
    const target = { vmid: newid, storage: params.text("storage"), format: params.text("format") };
    const runs = plan.source.runtime !== undefined && !params.has("snapname");
    const source = { name, drive, mirror: runs ? ("stays" as const) : undefined };
    const copy = await copyDisk(lab, node.name, source, target, full, task, (volid) => made.push(volid));
    plan.config.set(name, printDrive(copy));
  }
}

/** What a clone never has in common with its source. */
function finishConfig(request: LabRequest, plan: ClonePlan): void {
  const { lab, params } = request;
  const { config, from, source } = plan;
  const smbios = parseProperties(config.get("smbios1") ?? "", {});
  smbios.set("uuid", lab.random.uuid());
  config.set(
    "smbios1",
    [...smbios]
      .sort()
      .map(([key, value]) => `${key}=${value}`)
      .join(","),
  );
  if (config.has("vmgenid")) config.set("vmgenid", lab.random.uuid());
  for (const name of ["template", "lock"]) config.delete(name);
  config.set("name", params.text("name") || `Copy-of-VM-${from.get("name") ?? source.vmid}`);
  const description = params.text("description");
  if (description) config.set("description", description);
}
