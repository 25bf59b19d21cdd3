import { paramError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { zoneBridges } from "./bridges.ts";
import { isZoneOn, zonesOn } from "./state.ts";
import { checkVnetAccess } from "./vnets.ts";

const PATH = "/nodes/{node}/sdn/zones";
const VNETS = "/nodes/{node}/sdn/vnets";

/** The applied zones on a node. (pve-network, src/PVE/API2/Network/SDN/Nodes/Zones.pm, Zone.pm, Zones/Content.pm) */
export function registerNodeZones(lab: LabCore): void {
  // Whatever rights the caller has: the code asks for none, against its description.
  lab.route(`GET ${PATH}`, ({ node, lab: { state } }) =>
    zonesOn(state.sdn, node).map(([zone]) => ({ zone, status: "available" })),
  );
  lab.route(`GET ${PATH}/{zone}`, () => ["content", "bridges", "ip-vrf"].map((subdir) => ({ subdir })));
  lab.route(`GET ${PATH}/{zone}/content`, content);
  lab.route(`GET ${PATH}/{zone}/bridges`, zoneBridges);
  lab.route(`GET ${PATH}/{zone}/ip-vrf`, ({ params, node, lab: { state } }) => {
    const zone = state.sdn.running?.zones.get(params.need("zone"));
    if (zone === undefined) throw paramError({ zone: "zone does not exist" });
    if (zone.get("type") !== "evpn") throw paramError({ zone: "zone is not an EVPN zone" });
    if (!isZoneOn(zone, node)) throw paramError({ zone: `zone does not exist on node ${node.name}` });
    return [];
  });
  lab.route(`GET ${VNETS}/{vnet}`, (request) => {
    checkVnetAccess(request, ["SDN.Audit"]);
    return [{ subdir: "mac-vrf" }];
  });
  lab.route(`GET ${VNETS}/{vnet}/mac-vrf`, macVrf);
}

/** Routes that a node has learned of a vnet: none, as nobody tells it any. (src/PVE/API2/Network/SDN/Nodes/Vnet.pm) */
function macVrf(request: LabRequest): readonly never[] {
  const { params, node, lab } = request;
  checkVnetAccess(request, ["SDN.Audit"]);
  const { running } = lab.state.sdn;
  const id = params.need("vnet");
  const vnet = running?.vnets.get(id);
  if (vnet === undefined) throw paramError({ vnet: "vnet does not exist" });
  const name = String(vnet.get("zone"));
  const zone = running?.zones.get(name);
  if (zone === undefined) throw paramError({ zone: `zone ${name} does not exist` });
  if (zone.get("type") !== "evpn") throw paramError({ zone: `zone ${name} is not an EVPN zone.` });
  if (!isZoneOn(zone, node))
    throw paramError({ zone: `zone ${name} of vnet ${id} does not exist on node ${node.name}` });
  return [];
}

/** The applied vnets of a zone on a node: none of a zone that is not there. */
function content({ params, node, lab: { state } }: LabRequest): unknown {
  const zone = params.need("zone");
  if (!zonesOn(state.sdn, node).some(([id]) => id === zone)) return [];
  return [...(state.sdn.running?.vnets ?? [])]
    .filter(([, section]) => section.get("zone") === zone)
    .map(([vnet]) => ({ vnet, status: "available", statusmsg: null }));
}
