import type { LabCore, LabRequest } from "../types.ts";
import { registerIpam } from "./ipam.ts";
import { registerSdnLock, releaseIfAsked, underSdnLock } from "./lock.ts";
import { registerNodeZones } from "./nodes.ts";
import { registerObjects } from "./objects.ts";
import { applySdn, rollbackSdn } from "./state.ts";
import { registerSubnets } from "./subnets.ts";
import { registerVnets } from "./vnets.ts";

/** Software-defined networks. */
export function registerSdn(lab: LabCore): void {
  lab.route("GET /cluster/sdn", () => {
    const newer = lab.release.major >= 9 ? ["fabrics"] : [];
    return ["vnets", "zones", "controllers", "ipams", "dns", ...newer].map((id) => ({ id }));
  });
  lab.route("PUT /cluster/sdn", apply);
  lab.route("POST /cluster/sdn/rollback", (request) =>
    underSdnLock(request, "could not rollback SDN configuration", () => {
      rollbackSdn(lab.state.sdn);
      releaseIfAsked(request, lab.state.sdn);
      return null;
    }),
  );
  registerSdnLock(lab);
  registerIpam(lab);
  registerObjects(lab);
  registerVnets(lab);
  registerSubnets(lab);
  registerNodeZones(lab);
  registerUnused(lab);
}

/** Fabrics, prefix lists and route maps: a lab has none. (src/PVE/API2/Network/SDN/Fabrics.pm, PrefixLists.pm, RouteMaps.pm) */
function registerUnused(lab: LabCore): void {
  const path = "/cluster/sdn";
  lab.route(`GET ${path}/fabrics`, () => [{ subdir: "all" }]);
  lab.route(`GET ${path}/fabrics/all`, () => ({ fabrics: [], nodes: [] }));
  const lists = ["fabrics/fabric", "fabrics/node", "fabrics/node/{fabric_id}", "prefix-lists", "route-maps"];
  for (const list of [...lists, "route-maps/entries"]) lab.route(`GET ${path}/${list}`, () => []);
}

/** Makes the configuration the running one, and has each node reload its network. (pve-network, src/PVE/API2/Network/SDN.pm) */
function apply(request: LabRequest): string {
  const { lab, task } = request;
  const { state } = lab;
  underSdnLock(request, "could not commit SDN config", () => {
    applySdn(state.sdn);
    releaseIfAsked(request, state.sdn);
  });
  return task("reloadnetworkall", "", async (work) => {
    for (const { name, power } of state.nodes.values()) {
      work.log(`${name}: reloading network config`);
      if (power !== "online") {
        work.warn(`command 'pvesh set /nodes/${name}/network' failed: exit code 255`);
        continue;
      }
      const start = { node: name, type: "srvreload", id: "networking", user: "root@pam" };
      const upid = lab.tasks.start(start, (reload) => reload.takes(2000));
      await lab.tasks.ended(upid);
    }
  });
}
