import { die, paramError } from "../errors.ts";
import { abortShutdowns } from "../guests/abort-shutdowns.ts";
import { isHaManaged as managed } from "../ha/state.ts";
import type { LabRequest } from "../types.ts";
import { checkLock, hasLock, isRunning, isTemplate, loadVm, lockFile } from "./guest.ts";
import { requestHa } from "./ha.ts";
import { startVm, stopLocked, stopVm } from "./run.ts";
import { suspendToDisk, vmstateStorage } from "./vmstate.ts";

/** Fails where somebody but root@pam's own login uses these parameters. */
export function rootOnly(request: LabRequest, ...names: readonly string[]): void {
  for (const name of names)
    if ((request.params.text(name) ?? "") !== "" && request.params.text(name) !== "0")
      if (request.caller.id !== "root@pam") throw paramError({ [name]: "Only root may use this option." });
}

/** The VMID in the path. */
export function vmidOf(request: LabRequest): number {
  return Number(request.params.need("vmid"));
}

/** POST status/start. */
export function start(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  rootOnly(
    request,
    "stateuri",
    "skiplock",
    "migratedfrom",
    "migration_type",
    "migration_network",
    "targetstorage",
    "force-cpu",
    "with-conntrack-state",
    "nets-host-mtu",
  );
  if (isHaManaged(request, vmid)) return requestHa(request, vmid, "start");
  const skiplock = params.flag("skiplock");
  return request.task("qmstart", vmid, (task) => startVm(lab, node.name, vmid, task, skiplock));
}

function isHaManaged(request: LabRequest, vmid: number): boolean {
  const { state } = request.lab;
  return managed(state, state.guests.get(vmid));
}

/** POST status/stop. */
export function stop(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock", "keepActive", "migratedfrom");
  if (isHaManaged(request, vmid)) {
    if (params.flag("overrule-shutdown"))
      throw paramError({ "overrule-shutdown": "Not applicable for HA resources." });
    return requestHa(request, vmid, "stop");
  }
  const skiplock = params.flag("skiplock");
  return request.task("qmstop", vmid, async (task) => {
    if (params.flag("overrule-shutdown")) abortShutdowns(request, "qemu", vmid, (line) => task.log(line));
    await stopVm(lab, node.name, vmid, task, {
      skiplock,
      timeout: params.integer("timeout"),
      force: true,
    });
  });
}

function isPaused(request: LabRequest, vmid: number): boolean {
  const guest = request.lab.state.guests.get(vmid);
  const here = guest?.node === request.node.name && guest.kind === "qemu";
  return here && /^(?:paused|prelaunch|suspended)$/.test(guest.runtime?.qmpstatus ?? "");
}

/** POST status/shutdown. */
export function shutdown(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock", "keepActive");
  const paused = isPaused(request, vmid);
  if (paused && !params.flag("forceStop")) throw die("VM is paused - cannot shutdown");
  if (isHaManaged(request, vmid)) return requestHa(request, vmid, "stop", params.integer("timeout") ?? 60);
  return request.task("qmshutdown", vmid, (task) =>
    stopVm(lab, node.name, vmid, task, {
      skiplock: params.flag("skiplock"),
      timeout: params.integer("timeout"),
      shutdown: !paused,
      force: params.flag("forceStop"),
    }),
  );
}

/** POST status/reboot: the guest shuts down, and what watches over QEMU starts it again. */
export function reboot(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  if (isPaused(request, vmid)) throw die("VM is paused - cannot shutdown");
  needRunning(request, vmid);
  return request.task("qmreboot", vmid, async (task) => {
    await lab.locks.with(lockFile(vmid), () =>
      stopLocked(lab, node.name, vmid, task, { timeout: params.integer("timeout"), shutdown: true }),
    );
    lab.tasks.start({ node: node.name, type: "qmstart", id: String(vmid), user: "root@pam" }, (restart) =>
      startVm(lab, node.name, vmid, restart),
    );
  });
}

function needRunning(request: LabRequest, vmid: number): void {
  if (!isRunning(request.lab, request.node.name, vmid)) throw die(`VM ${vmid} not running`);
}

/** POST status/reset. */
export function reset(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock");
  needRunning(request, vmid);
  return request.task("qmreset", vmid, async (task) => {
    const guest = loadVm(lab, node.name, vmid);
    if (!params.flag("skiplock")) checkLock(guest);
    await task.takes(200);
    if (guest.runtime === undefined) throw die(`VM ${vmid} not running`);
  });
}

/** POST status/suspend: pauses, or saves the memory to disk. */
export function suspend(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  const todisk = params.flag("todisk");
  rootOnly(request, "skiplock");
  needRunning(request, vmid);
  if (todisk && isHaManaged(request, vmid)) throw die("Cannot suspend HA managed VM to disk");
  const guest = loadVm(lab, node.name, vmid);
  const skiplock = params.flag("skiplock");
  if (!todisk)
    return request.task("qmpause", vmid, async (task) => {
      if (!skiplock && !hasLock(guest, "backup")) checkLock(guest);
      await task.takes(100);
      if (guest.runtime === undefined) throw die(`VM ${vmid} not running`);
      guest.runtime.qmpstatus = "paused";
    });
  request.checkVm(vmid, undefined, ["VM.Config.Disk"]);
  if ([...guest.config.keys()].some((name) => /^hostpci\d+$/.test(name)))
    throw die(
      "cannot suspend VM to disk due to passed-through PCI device(s), which lack the possibility to save/restore their internal state",
    );
  const storage = params.text("statestorage") ?? vmstateStorage(lab, guest);
  request.check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
  return request.task("qmsuspend", vmid, (task) => suspendToDisk(lab, guest, storage, skiplock, task));
}

/** POST status/resume: from a pause, or from disk. */
export function resume(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  rootOnly(request, "skiplock", "nocheck");
  const guest = lab.state.guests.get(vmid);
  const saved = guest !== undefined && guest.node === node.name && hasLock(guest, "suspended");
  if (!saved) needRunning(request, vmid);
  const skiplock = params.flag("skiplock");
  return request.task("qmresume", vmid, async (task) => {
    if (saved) return startVm(lab, node.name, vmid, task, skiplock);
    const vm = loadVm(lab, node.name, vmid);
    if (isTemplate(vm.config)) throw die(`VM ${vmid} is a template and cannot be resumed!`);
    if (vm.runtime === undefined) throw die(`VM ${vmid} not running`);
    if (vm.runtime.qmpstatus === "running") return;
    if (!skiplock && !hasLock(vm, "backup")) checkLock(vm);
    await task.takes(100);
    vm.runtime.qmpstatus = "running";
  });
}
