import { die } from "../errors.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import type { OutsideServer } from "./outside.ts";

const SCAN = "/nodes/{node}/scan";

/** What nodes find in their network and on their disks that could become a storage. */
export function registerScans(lab: LabCore): void {
  const { state } = lab;
  lab.route(`GET ${SCAN}`, () => ["cifs", "iscsi", "lvm", "nfs", "pbs", "zfs"].map((method) => ({ method })));
  lab.route(`GET ${SCAN}/nfs`, (request) => scanNfs(state, request));
  lab.route(`GET ${SCAN}/cifs`, (request) => scanCifs(state, request));
  lab.route(`GET ${SCAN}/pbs`, (request) => scanPbs(state, request));
  lab.route(`GET ${SCAN}/iscsi`, (request) => scanIscsi(state, request));
  lab.route(`GET ${SCAN}/lvm`, () =>
    [...state.outside.volumeGroups].map(([vg, { size, thinpools }]) => ({
      vg,
      size,
      free: Math.floor(size / 64),
      lvcount: 2 + thinpools.length,
    })),
  );
  lab.route(`GET ${SCAN}/lvmthin`, ({ params }) => scanThinpools(lab, params.need("vg")));
  lab.route(`GET ${SCAN}/zfs`, () =>
    [...state.outside.zpools].map(([pool, size]) => ({ pool, size, free: size })),
  );
}

/** A server by name or address; fails where the name leads nowhere. */
function serverOf(state: LabState, name: string): OutsideServer | undefined {
  const server = state.outside.servers.get(name);
  const isAddress = /^[\d.]+$|:/.test(name);
  if (server === undefined && !isAddress && name !== "localhost")
    throw die(`unable to resolve address for server '${name}'`);
  return server;
}

function scanNfs(state: LabState, { params }: LabRequest): unknown {
  const name = params.need("server");
  const exports = serverOf(state, name)?.nfs;
  if (exports === undefined)
    throw die(`command '/sbin/showmount --no-headers --exports ${name}' failed: exit code 1`);
  return Object.entries(exports).map(([path, options]) => ({ path, options }));
}

function scanCifs(state: LabState, { params }: LabRequest): unknown {
  const name = params.need("server");
  const shares = serverOf(state, name)?.cifs;
  if (shares === undefined)
    throw die(`do_connect: Connection to ${name} failed (Error NT_STATUS_CONNECTION_REFUSED)`);
  return Object.entries(shares).map(([share, description]) => ({ share, description }));
}

function scanPbs(state: LabState, { params }: LabRequest): unknown {
  const name = params.need("server");
  const stores = state.outside.servers.get(name)?.pbs;
  const port = params.text("port") ?? "8007";
  if (stores === undefined)
    throw die(`error fetching datastores - 500 Can't connect to ${name}:${port} (Connection refused)`);
  return Object.entries(stores).map(([store, comment]) => ({
    store,
    ...(comment === "" ? {} : { comment }),
  }));
}

function scanIscsi(state: LabState, { params }: LabRequest): unknown {
  const portal = params.need("portal");
  const [host = "", port = "3260"] = portal.split(":");
  const targets = serverOf(state, host)?.iscsi ?? [];
  return targets.map((target) => ({ target, portal: `${host}:${port}` }));
}

const LVS =
  "/sbin/lvs --separator : --noheadings --units b --unbuffered --nosuffix --config 'report/time_format=\"%s\"' --options vg_name,lv_name,lv_size,lv_attr,pool_lv,data_percent,metadata_percent,snap_percent,uuid,tags,metadata_size,time";

function scanThinpools({ state, clock }: LabCore, vg: string): unknown {
  const group = state.outside.volumeGroups.get(vg);
  if (group === undefined) throw die(`command '${LVS} ${vg}' failed: exit code 5`);
  const size = Math.floor(group.size * 0.9);
  return group.thinpools.map((lv) => ({
    ...{ lv, vg, lv_size: size, lv_state: "a", lv_type: "t" },
    ...{ used: 0, metadata_size: Math.floor(size / 64), metadata_used: 0 },
    ctime: clock.seconds() - 864_000,
  }));
}
