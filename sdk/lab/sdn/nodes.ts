import { die } from "../errors.ts";
import type { Section } from "../sections.ts";
import type { LabCore, LabNode, LabRequest, LabState } from "../types.ts";

const PATH = "/nodes/{node}/sdn/zones";
const SIGHT = ["SDN.Audit", "SDN.Allocate"];

/** The applied zones on a node. (pve-network, src/PVE/API2/Network/SDN/Nodes/Zones.pm, Zone.pm, Zones/Content.pm) */
export function registerNodeZones(lab: LabCore): void {
  // Whatever rights the caller has: the code asks for none, against its description.
  lab.route(`GET ${PATH}`, ({ node, lab: { state } }) =>
    zonesOn(state, node).map(([zone]) => ({ zone, status: "available" })),
  );
  lab.route(`GET ${PATH}/{zone}`, () => ["content", "bridges", "ip-vrf"].map((subdir) => ({ subdir })));
  lab.route(`GET ${PATH}/{zone}/content`, content);
}

/** Applied zones that a node is in. */
export function zonesOn({ sdn }: LabState, node: LabNode): readonly (readonly [string, Section])[] {
  return [...(sdn.running?.zones ?? [])].filter(([, zone]) => {
    const nodes = zone.get("nodes");
    return nodes === undefined || String(nodes).split(",").includes(node.name);
  });
}

function content({ params, node, may, lab: { state } }: LabRequest): unknown {
  const zone = params.need("zone");
  if (!zonesOn(state, node).some(([id]) => id === zone)) throw die(`sdn '${zone}' does not exist`);
  return [...(state.sdn.running?.vnets ?? [])]
    .filter(([vnet, section]) => {
      return section.get("zone") === zone && may(`/sdn/zones/${zone}/${vnet}`, SIGHT, "any");
    })
    .map(([vnet]) => ({ vnet, status: "available" }));
}
