import { rrdData } from "../qemu/rrd.ts";
import type { LabCore, LabHandler } from "../types.ts";
import { clone } from "./clone.ts";
import { readConfig, readPending } from "./config-read.ts";
import { spiceProxy, termProxy, vncProxy, vncWebsocket } from "./console.ts";
import { containerOf } from "./container.ts";
import { create } from "./create.ts";
import { destroy } from "./destroy.ts";
import { feature } from "./feature.ts";
import { interfaces } from "./interfaces.ts";
import { migrate, migratePreconditions } from "./migrate.ts";
import { moveVolume } from "./move-volume.ts";
import { reboot, resume, shutdown, start, stop, suspend } from "./power.ts";
import { resize } from "./resize.ts";
import {
  describeSnapshot,
  listSnapshots,
  removeSnapshot,
  rollbackSnapshot,
  snapshotConfig,
  snapshotIndex,
  takeSnapshot,
} from "./snapshots.ts";
import { currentStatus, listContainers } from "./status.ts";
import { convertToTemplate } from "./template.ts";
import { updateConfig } from "./update.ts";

const LIST = "/nodes/{node}/lxc";
const CT = `${LIST}/{vmid}`;

/** Containers: everything below `/nodes/{node}/lxc` but what writes their firewalls. */
export function registerLxc(lab: LabCore): void {
  lab.route(`GET ${LIST}`, listContainers);
  lab.route(`POST ${LIST}`, create);
  lab.route(`GET ${CT}`, index(CONTAINER));
  lab.route(`DELETE ${CT}`, destroy);
  lab.route(`GET ${CT}/config`, readConfig);
  lab.route(`PUT ${CT}/config`, updateConfig);
  lab.route(`GET ${CT}/pending`, readPending);
  lab.route(`GET ${CT}/interfaces`, interfaces);
  lab.route(`GET ${CT}/rrddata`, rrdData);
  lab.route(`POST ${CT}/vncproxy`, vncProxy);
  lab.route(`POST ${CT}/termproxy`, termProxy);
  lab.route(`POST ${CT}/spiceproxy`, spiceProxy);
  lab.route(`GET ${CT}/vncwebsocket`, vncWebsocket);
  registerPower(lab);
  registerSnapshots(lab);
  registerVolumes(lab);
}

const CONTAINER =
  "config pending status vncproxy termproxy vncwebsocket spiceproxy migrate clone rrd rrddata firewall snapshot resize interfaces";

/** A directory below a container, which has to exist. */
function index(names: string): LabHandler {
  const entries = names.split(" ").map((subdir) => ({ subdir }));
  return (request) => {
    containerOf(request);
    return entries;
  };
}

function registerPower(lab: LabCore): void {
  lab.route(`GET ${CT}/status`, index("current start stop shutdown reboot migrate"));
  lab.route(`GET ${CT}/status/current`, currentStatus);
  const actions = { start, stop, shutdown, suspend, resume, reboot };
  for (const [action, handler] of Object.entries(actions)) lab.route(`POST ${CT}/status/${action}`, handler);
}

function registerSnapshots(lab: LabCore): void {
  lab.route(`GET ${CT}/snapshot`, listSnapshots);
  lab.route(`POST ${CT}/snapshot`, takeSnapshot);
  lab.route(`GET ${CT}/snapshot/{snapname}`, snapshotIndex);
  lab.route(`DELETE ${CT}/snapshot/{snapname}`, removeSnapshot);
  lab.route(`GET ${CT}/snapshot/{snapname}/config`, snapshotConfig);
  lab.route(`PUT ${CT}/snapshot/{snapname}/config`, describeSnapshot);
  lab.route(`POST ${CT}/snapshot/{snapname}/rollback`, rollbackSnapshot);
}

function registerVolumes(lab: LabCore): void {
  lab.route(`POST ${CT}/clone`, clone);
  lab.route(`POST ${CT}/template`, convertToTemplate);
  lab.route(`PUT ${CT}/resize`, resize);
  lab.route(`POST ${CT}/move_volume`, moveVolume);
  lab.route(`GET ${CT}/feature`, feature);
  lab.route(`GET ${CT}/migrate`, migratePreconditions);
  lab.route(`POST ${CT}/migrate`, migrate);
}
