import { die, faultText, paramError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { clampCpuUnits } from "../guests/cpu-units.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { applyPending, cleanupPending } from "./apply.ts";
import type { Change } from "./change.ts";
import { checkDrives, checkStorageAccess, type Settings } from "./check-drives.ts";
import { checkDigest, checkLock, loadVm, lockFile, written } from "./guest.ts";
import { hotplugPending } from "./hotplug.ts";
import { parseNet, printNet } from "./net.ts";
import { optionExists } from "./options.ts";
import { checkBridges, checkCpuModel, checkOptions } from "./permissions.ts";
import { memoryMiB } from "./size.ts";
import { checkSshKeys } from "./ssh-keys.ts";
import { findVolume } from "./storage/lookup.ts";
import { volumeName } from "./storage/names.ts";
import { deleteOption } from "./update-delete.ts";
import { setOption } from "./update-set.ts";

/** Parameters of the endpoints that are not options of the VM. */
const OTHERS = new Set([
  "node",
  "vmid",
  "digest",
  "background_delay",
  "import-working-storage",
  "skiplock",
  "delete",
  "revert",
  "force",
  "idlist",
]);

/** Reads and checks a change, all that can be said before the VM is locked. */
export function readChange(request: LabRequest, deleteParam = "delete"): Change {
  const { params } = request;
  const skiplock = params.flag("skiplock");
  if (skiplock && request.caller.id !== "root@pam")
    throw paramError({ skiplock: "Only root may use this option." });
  const vmid = Number(params.need("vmid"));
  const settings: Settings = new Map();
  for (const name of params.names()) if (!OTHERS.has(name)) settings.set(name, params.need(name));
  const given = describe(request);
  checkSshKeys(settings.get("sshkeys"));
  clampCpuUnits(request, settings);
  const deleteText = params.text(deleteParam) ?? "";
  const revertText = params.text("revert") ?? "";
  if (deleteText === "" && revertText === "" && settings.size === 0) throw die("no options specified");
  resolveCdrom(settings);
  const reverts = readReverts(revertText, settings);
  const deletes = readDeletes(deleteText, settings, reverts);
  checkDrives(request, settings);
  prepareValues(request, settings);
  const whose = { vmid };
  checkOptions(request, whose, deletes);
  checkOptions(request, whose, [...settings.keys()]);
  checkStorageAccess(request, vmid, settings);
  checkBridges(request, settings);
  return {
    request,
    vmid,
    settings,
    deletes,
    reverts,
    force: params.flag("force"),
    given,
    digest: params.text("digest"),
    skiplock,
  };
}

/** `cdrom` is another name of `ide2`. */
export function resolveCdrom(settings: Settings): void {
  const cdrom = settings.get("cdrom");
  if (cdrom === undefined || cdrom === "") return;
  settings.delete("cdrom");
  settings.set("ide2", cdrom.includes("media=") ? cdrom : `${cdrom},media=cdrom`);
}

function readReverts(text: string, settings: Settings): readonly string[] {
  const names = splitList(text);
  for (const name of names) {
    if (!optionExists(name)) throw paramError({ revert: `unknown option '${name}'` });
    if (settings.has(name))
      throw paramError({ delete: `you can't use '-${name}' and -revert ${name}' at the same time` });
  }
  return names;
}

function readDeletes(text: string, settings: Settings, reverts: readonly string[]): readonly string[] {
  const names = splitList(text).map((name) => (name === "cdrom" ? "ide2" : name));
  for (const name of names) {
    if (settings.has(name))
      throw paramError({ delete: `you can't use '-${name}' and -delete ${name}' at the same time` });
    if (reverts.includes(name))
      throw paramError({ revert: `you can't use '-delete ${name}' and -revert ${name}' at the same time` });
    if (!optionExists(name)) throw paramError({ delete: `unknown option '${name}'` });
  }
  return names;
}

function prepareValues(request: LabRequest, settings: Settings): void {
  const { lab, node } = request;
  for (const [name, value] of [...settings]) {
    if (/^net\d+$/.test(name)) settings.set(name, printNet(parseNet(value, lab.random)));
    else if (name === "vmgenid" && value === "1") settings.set(name, lab.random.uuid());
    else if (name === "hookscript" && value !== "") {
      const fault = hookFault(lab, node.name, value);
      if (fault !== undefined) throw paramError({ [name]: `${fault}\n` });
    }
  }
}

/** What keeps a volume from being run as a hook script. */
function hookFault(lab: LabCore, node: string, volid: string): string | undefined {
  try {
    if (volumeName(lab.state, volid).content !== "snippets")
      return `'${volid}' is not in the snippets directory`;
  } catch (error) {
    return faultText(error);
  }
  return findVolume(lab.state, node, volid) === undefined ? `script '${volid}' does not exist` : undefined;
}

/** Loads the VM and checks what depends on its present state. */
export function loadForChange(change: Change): LabGuest {
  const { request, settings } = change;
  const guest = loadVm(request.lab, request.node.name, change.vmid);
  checkDigest(guest, change.digest);
  checkCpuModel(request, settings.get("cpu"), guest.config.get("cpu"));
  const wakes = change.deletes.includes("vmstate") && guest.config.get("lock") === "suspended";
  if (!change.skiplock && !wakes) checkLock(guest);
  checkBalloon(guest, settings);
  return guest;
}

function checkBalloon(guest: LabGuest, settings: Settings): void {
  if (!settings.has("memory") && !settings.has("balloon")) return;
  const present = (name: string): string | undefined =>
    settings.get(name) ?? guest.pending.get(name) ?? guest.config.get(name);
  const balloon = Number(present("balloon") ?? 0);
  if (balloon > memoryMiB(present("memory")))
    throw die("balloon value too large (must be smaller than assigned memory)");
}

/** Carries a change out while the VM is locked. */
export async function runChange(change: Change, log: (line: string) => void): Promise<void> {
  const { lab } = change.request;
  await lab.locks.with(lockFile(change.vmid), () => runLocked(change, log));
}

function runLocked(change: Change, log: (line: string) => void): void {
  const { request } = change;
  const guest = loadForChange(change);
  const { settings, deletes } = withReverts(change, guest);
  log(`update VM ${change.vmid}: ${change.given}`);
  const modified = new Set<string>();
  for (const name of deletes)
    orUndone(guest, () => {
      if (deleteOption(change, guest, name, modified, log)) written(guest);
    });
  for (const [name, value] of settings) {
    modified.add(name);
    if (guest.pending.get(name) === value) continue;
    orUndone(guest, () => {
      setOption(change, guest, name, value, modified, log);
      guest.pendingDelete.delete(name);
      written(guest);
    });
  }
  cleanupPending(guest);
  written(guest);
  if (guest.pending.size === 0 && guest.pendingDelete.size === 0) return;
  const errors =
    guest.runtime === undefined
      ? applyPending(request.lab, guest, request, log)
      : hotplugPending(request.lab, guest, modified, request, log);
  if (Object.keys(errors).length > 0) throw paramError(errors);
}

/** What fails half-way is never written. */
function orUndone(guest: LabGuest, work: () => void): void {
  const { config, pending, pendingDelete } = guest;
  guest.config = new Map(config);
  guest.pending = new Map(pending);
  guest.pendingDelete = new Map(pendingDelete);
  try {
    work();
  } catch (error) {
    Object.assign(guest, { config, pending, pendingDelete });
    throw error;
  }
}

function withReverts(change: Change, guest: LabGuest): { settings: Settings; deletes: readonly string[] } {
  const settings: Settings = new Map(change.settings);
  const deletes = [...change.deletes];
  if (deletes.includes("vmstate")) {
    if (guest.config.get("lock") === "suspended") deletes.push("lock");
    for (const name of ["runningmachine", "runningcpu", "running-nets-host-mtu"])
      if (guest.config.has(name)) deletes.push(name);
  }
  for (const name of change.reverts) {
    const present = guest.config.get(name);
    if (present !== undefined) settings.set(name, present);
    else if (guest.pending.has(name)) deletes.push(name);
  }
  return { settings, deletes };
}

/** Parameters that the log of a change leaves out. */
const UNTOLD = new Set(["node", "vmid", "digest", "background_delay", "import-working-storage"]);

/** What was asked for, in the words of the request. */
function describe({ params }: LabRequest): string {
  return params
    .names()
    .filter((name) => !UNTOLD.has(name))
    .sort()
    .map((name) => `-${name} ${name === "cipassword" ? "<hidden>" : params.need(name)}`)
    .join(" ");
}
