import { die } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { registerAgent } from "./agent.ts";
import { clone } from "./clone.ts";
import { dumpCloudInit, pendingCloudInit, regenerateCloudInit } from "./cloudinit.ts";
import { readConfig, readPending } from "./config-read.ts";
import { spiceProxy, termProxy, vncProxy, vncWebsocket } from "./console.ts";
import { create } from "./create.ts";
import { destroy } from "./destroy.ts";
import { feature } from "./feature.ts";
import { loadVm } from "./guest.ts";
import { migrate, migratePreconditions } from "./migrate.ts";
import { monitor, sendKey } from "./monitor.ts";
import { moveDisk } from "./move-disk.ts";
import { registerNodeConsoles } from "./node-console.ts";
import { reboot, reset, resume, shutdown, start, stop, suspend, vmidOf } from "./power.ts";
import { remoteMigrate } from "./remote-migrate.ts";
import { resize } from "./resize.ts";
import { rrdData } from "./rrd.ts";
import {
  describeSnapshot,
  listSnapshots,
  removeSnapshot,
  rollbackSnapshot,
  snapshotConfig,
  snapshotIndex,
  takeSnapshot,
} from "./snapshots.ts";
import { currentStatus, listVms } from "./status.ts";
import { convertToTemplate } from "./template.ts";
import { loadForChange, readChange, runChange } from "./update.ts";

const LIST = "/nodes/{node}/qemu";
const VM = `${LIST}/{vmid}`;

/** VMs: everything below `/nodes/{node}/qemu` but their firewalls. */
export function registerQemu(lab: LabCore): void {
  lab.route(`GET ${LIST}`, listVms);
  lab.route(`POST ${LIST}`, create);
  lab.route(`GET ${VM}`, () => vmIndex);
  lab.route(`DELETE ${VM}`, destroy);
  registerConfig(lab);
  registerPower(lab);
  registerSnapshots(lab);
  registerDisks(lab);
  registerConsoles(lab);
  registerNodeConsoles(lab);
  registerAgent(lab);
  lab.route(`GET ${VM}/rrddata`, rrdData);
}

const vmIndex =
  `config cloudinit pending status unlink vncproxy termproxy migrate resize move rrd rrddata monitor
  agent snapshot spiceproxy sendkey firewall mtunnel remote_migrate`
    .split(/\s+/)
    .map((subdir) => ({ subdir }));

function registerConfig(lab: LabCore): void {
  lab.route(`GET ${VM}/config`, readConfig);
  lab.route(`PUT ${VM}/config`, (request) => update(request, "delete"));
  lab.route(`POST ${VM}/config`, updateAsTask);
  lab.route(`PUT ${VM}/unlink`, (request) => update(request, "idlist"));
  lab.route(`GET ${VM}/pending`, readPending);
  lab.route(`GET ${VM}/cloudinit`, pendingCloudInit);
  lab.route(`PUT ${VM}/cloudinit`, regenerateCloudInit);
  lab.route(`GET ${VM}/cloudinit/dump`, dumpCloudInit);
}

async function update(request: LabRequest, deleteParam: "delete" | "idlist"): Promise<unknown> {
  const change = readChange(request, deleteParam);
  loadForChange(change);
  await runChange(change, () => undefined);
  return null;
}

async function updateAsTask(request: LabRequest): Promise<unknown> {
  const change = readChange(request);
  loadForChange(change);
  const upid = request.task("qmconfig", change.vmid, (task) => runChange(change, (line) => task.log(line)));
  const delay = request.params.integer("background_delay");
  if (delay === undefined) return upid;
  return finishedWithin(request, upid, delay, change.vmid);
}

/** Null where the task ends well within the delay (seconds), the UPID where it still runs. */
async function finishedWithin(
  request: LabRequest,
  upid: string,
  delay: number,
  vmid: number,
): Promise<string | null> {
  const { tasks, clock } = request.lab;
  const status = await Promise.race([tasks.ended(upid), clock.sleep(delay * 1000).then(() => undefined)]);
  if (status === undefined) return upid;
  if (status === "OK" || status.startsWith("WARNINGS:")) return null;
  throw die(`failed to update VM ${vmid}: ${status}`);
}

function registerPower(lab: LabCore): void {
  lab.route(`GET ${VM}/status`, (request) => {
    loadVm(request.lab, request.node.name, vmidOf(request));
    return statusIndex;
  });
  lab.route(`GET ${VM}/status/current`, currentStatus);
  const actions = { start, stop, reset, shutdown, suspend, resume, reboot };
  for (const [action, handler] of Object.entries(actions)) lab.route(`POST ${VM}/status/${action}`, handler);
}

const statusIndex = "current start stop reset shutdown suspend reboot"
  .split(" ")
  .map((subdir) => ({ subdir }));

function registerSnapshots(lab: LabCore): void {
  lab.route(`GET ${VM}/snapshot`, listSnapshots);
  lab.route(`POST ${VM}/snapshot`, takeSnapshot);
  lab.route(`GET ${VM}/snapshot/{snapname}`, snapshotIndex);
  lab.route(`DELETE ${VM}/snapshot/{snapname}`, removeSnapshot);
  lab.route(`GET ${VM}/snapshot/{snapname}/config`, snapshotConfig);
  lab.route(`PUT ${VM}/snapshot/{snapname}/config`, describeSnapshot);
  lab.route(`POST ${VM}/snapshot/{snapname}/rollback`, rollbackSnapshot);
}

function registerDisks(lab: LabCore): void {
  lab.route(`POST ${VM}/clone`, clone);
  lab.route(`POST ${VM}/template`, convertToTemplate);
  lab.route(`PUT ${VM}/resize`, resize);
  lab.route(`POST ${VM}/move_disk`, moveDisk);
  lab.route(`GET ${VM}/feature`, feature);
  lab.route(`GET ${VM}/migrate`, migratePreconditions);
  lab.route(`POST ${VM}/migrate`, migrate);
  lab.route(`POST ${VM}/remote_migrate`, remoteMigrate);
}

function registerConsoles(lab: LabCore): void {
  lab.route(`POST ${VM}/vncproxy`, vncProxy);
  lab.route(`POST ${VM}/termproxy`, termProxy);
  lab.route(`POST ${VM}/spiceproxy`, spiceProxy);
  lab.route(`GET ${VM}/vncwebsocket`, vncWebsocket);
  lab.route(`POST ${VM}/monitor`, monitor);
  lab.route(`PUT ${VM}/sendkey`, sendKey);
}
