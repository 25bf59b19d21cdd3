import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { die } from "../errors.ts";
import type { LabCore } from "../types.ts";

const NODE = "/nodes/{node}/ceph";

/** Directories, which are there without Ceph too. */
const INDEXES: Readonly<Record<string, string>> = {
  "/cluster/ceph": "metadata status flags",
  [NODE]: "cmd-safety cfg crush fs init log mds mgr mon osd pool restart rules start status stop",
  [`${NODE}/cfg`]: "db raw value",
};

/** What is asked for on a node without Ceph is in its way by the first program that is missed. */
const NEEDS_CLIENT = new Set([`POST ${NODE}/init`]);

/** Ceph, which no node of a lab has. (pve-manager, PVE/API2/Ceph.pm, Cluster/Ceph.pm; PVE/Ceph/Tools.pm: check_ceph_installed) */
export function registerCeph(lab: LabCore): void {
  for (const { method, path } of loadCatalog(lab.release.name).endpoints) {
    if (!/^\/(?:cluster|nodes\/\{node\})\/ceph(?:\/|$)/.test(path)) continue;
    const key = `${method} ${path}`;
    const names = method === "GET" ? INDEXES[path] : undefined;
    if (names !== undefined) {
      lab.route(key, () => names.split(" ").map((name) => ({ name })));
      continue;
    }
    const program = NEEDS_CLIENT.has(key) ? "ceph" : "ceph-mon";
    lab.route(key, () => {
      throw die(`binary not installed: /usr/bin/${program}`);
    });
  }
}
