import { die, faultText, paramError, permError } from "../errors.ts";
import { clampCpuUnits } from "../guests/cpu-units.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { checkDrives, checkStorageAccess, type Settings } from "./check-drives.ts";
import { createDisks } from "./create-disks.ts";
import { isCdrom } from "./drive.ts";
import { finish } from "./finish.ts";
import { checkLock, drivesOf, lockFile, written } from "./guest.ts";
import { pinnedMachine } from "./machine.ts";
import { parseNet, printNet } from "./net.ts";
import { isDriveName, MAX_NETS } from "./options.ts";
import {
  checkBridges,
  checkCpuModel,
  checkDevice,
  checkOptions,
  checkTags,
  storedTags,
} from "./permissions.ts";
import { joinPool } from "./pool.ts";
import { restore } from "./restore.ts";
import { qemuVersion } from "./run.ts";
import { checkSshKeys } from "./ssh-keys.ts";
import { checkVolumeAccess } from "./storage/access.ts";
import { needVolume } from "./storage/lookup.ts";
import { resolveCdrom } from "./update.ts";
import { checkClipboard } from "./vga.ts";

/** Parameters of the endpoint that are not options of the VM. */
const OTHERS = new Set([
  "node",
  "vmid",
  "archive",
  "bwlimit",
  "force",
  "pool",
  "start",
  "ha-managed",
  "storage",
  "unique",
  "live-restore",
  "import-working-storage",
]);

/** POST a new VM, from nothing or from a backup. */
export function create(request: LabRequest): unknown {
  const { params } = request;
  const vmid = Number(params.need("vmid"));
  const settings: Settings = new Map();
  for (const name of params.names()) if (!OTHERS.has(name)) settings.set(name, params.need(name));
  checkSshKeys(settings.get("sshkeys"));
  clampCpuUnits(request, settings);
  checkRights(request, vmid);
  const archive = params.text("archive") || undefined;
  if (archive !== undefined) checkArchive(request, vmid, archive, settings);
  checkSettings(request, vmid, settings);
  const what = archive === undefined ? "create" : "restore";
  const present = claim(request, vmid, `unable to ${what} VM ${vmid} -`, params.flag("force"));
  if (archive !== undefined) return restore(request, present, archive, settings);
  return request.task("qmcreate", vmid, (task) => runCreate(request, present, settings, task));
}

function checkRights(request: LabRequest, vmid: number): void {
  const { params, lab, caller } = request;
  const pool = params.text("pool");
  if (pool !== undefined && !lab.state.pools.has(pool)) throw permError(`pool '${pool}' does not exist`);
  const storage = params.text("storage");
  if (storage !== undefined) request.check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
  if (params.flag("ha-managed")) request.check("/", ["Sys.Console"]);
  if (params.flag("start") && caller.id !== "root@pam") request.checkVm(vmid, pool, ["VM.PowerMgmt"]);
  if (request.may(`/vms/${vmid}`, ["VM.Allocate"])) return;
  if (pool !== undefined && request.may(`/pool/${pool}`, ["VM.Allocate"])) return;
  const overwrites = params.has("archive") && params.flag("force") && lab.state.guests.has(vmid);
  if (!overwrites || !request.may(`/vms/${vmid}`, ["VM.Backup"])) throw permError();
}

function checkArchive(request: LabRequest, vmid: number, archive: string, settings: Settings): void {
  for (const name of [...settings.keys()].sort())
    if (isDriveName(name)) throw paramError({ [name]: "option conflicts with option 'archive'" });
  if (archive === "-") throw die("pipe requires cli environment");
  checkVolumeAccess(request, vmid, archive, "backup");
  needVolume(request.lab.state, request.node.name, archive);
}

function checkSettings(request: LabRequest, vmid: number, settings: Settings): void {
  const { params, lab } = request;
  const whose = { vmid, pool: params.text("pool") };
  resolveCdrom(settings);
  checkStorageAccess(request, vmid, settings, params.text("storage"));
  checkOptions(request, whose, [...settings.keys()]);
  for (const [name, value] of settings) {
    if (/^serial\d+$/.test(name) && request.caller.id !== "root@pam") {
      if (value !== "socket") throw die(`only root can set '${name}' config for real devices`);
      request.checkVm(vmid, whose.pool, ["VM.Config.HWType"]);
    }
    checkDevice(request, whose, name, value);
  }
  checkBridges(request, settings);
  checkCpuModel(request, settings.get("cpu"));
  checkDrives(request, settings);
  for (const [name, value] of settings)
    if (/^net\d+$/.test(name)) settings.set(name, printNet(parseNet(value, lab.random)));
}

/** Takes the VMID; with `force` an existing VM is taken over. */
function claim(request: LabRequest, vmid: number, start: string, force: boolean): LabGuest {
  const { guests } = request.lab.state;
  const taken = guests.get(vmid);
  if (taken !== undefined && (!force || taken.kind !== "qemu" || taken.node !== request.node.name)) {
    const kind = taken.kind === "qemu" ? "VM" : "CT";
    throw die(`${start} ${kind} ${vmid} already exists on node '${taken.node}'`);
  }
  if (taken !== undefined) {
    try {
      checkLock(taken);
    } catch (error) {
      throw die(`${start} ${faultText(error)}`);
    }
  }
  const guest: LabGuest = taken ?? {
    kind: "qemu",
    vmid,
    node: request.node.name,
    config: new Map(),
    pending: new Map(),
    pendingDelete: new Map(),
    snapshots: new Map(),
    runtime: undefined,
  };
  guest.config.set("lock", "create");
  guests.set(vmid, guest);
  return guest;
}

async function runCreate(
  request: LabRequest,
  guest: LabGuest,
  settings: Settings,
  task: TaskHandle,
): Promise<void> {
  const { lab, params } = request;
  const { vmid } = guest;
  const pool = params.text("pool");
  try {
    await lab.locks.with(lockFile(vmid), async () => {
      await task.takes(300);
      guest.config = makeConfig(request, vmid, settings, (line) => task.log(line));
      written(guest);
    });
  } catch (error) {
    lab.state.guests.delete(vmid);
    throw die(`unable to create VM ${vmid} - ${faultText(error)}`);
  }
  if (pool !== undefined) joinPool(lab.state, pool, vmid);
  await finish(request, guest, task);
}

function makeConfig(
  request: LabRequest,
  vmid: number,
  settings: Settings,
  log: (line: string) => void,
): Map<string, string> {
  const { lab, params } = request;
  const config = new Map(settings);
  config.set("meta", `creation-qemu=${qemuVersion(lab)},ctime=${lab.clock.seconds()}`);
  // The drives of the request still hold what is to be made, they do not count as present.
  const present = new Map([...config].filter(([name]) => !isDriveName(name)));
  const context = { request, vmid, config: present, storage: params.text("storage"), log };
  for (const [name, text] of createDisks(context, settings).options) config.set(name, text);
  if (!config.get("boot")) config.set("boot", defaultBoot(config));
  checkClipboard(config.get("vga"));
  if (!config.get("smbios1")) config.set("smbios1", `uuid=${lab.random.uuid()}`);
  const generation = config.get("vmgenid");
  if ((generation === undefined || generation === "1") && config.get("arch") !== "aarch64")
    config.set("vmgenid", lab.random.uuid());
  const system = { ostype: config.get("ostype"), arch: config.get("arch"), qemu: qemuVersion(lab) };
  const machine = pinnedMachine(config.get("machine"), system, lab.release.major < 9 ? () => undefined : log);
  if (machine !== undefined) config.set("machine", machine);
  const tags = config.get("tags");
  if (tags !== undefined) {
    checkTags(request, vmid, "", tags);
    config.set("tags", storedTags(lab.state, tags));
  }
  return config;
}

/** The first disk, the first CD-ROM drive and the first network card. */
function defaultBoot(config: Settings): string {
  const drives = drivesOf(config).filter(([name]) => name !== "efidisk0" && name !== "tpmstate0");
  const nets = [...Array(MAX_NETS).keys()].map((index) => `net${index}`);
  const devices = [
    drives.find(([, drive]) => !isCdrom(drive))?.[0],
    drives.find(([, drive]) => isCdrom(drive))?.[0],
    nets.find((name) => config.has(name)),
  ].filter((name) => name !== undefined);
  return devices.length === 0 ? "" : `order=${devices.join(";")}`;
}
