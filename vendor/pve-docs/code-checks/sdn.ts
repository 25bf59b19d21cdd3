import type { CheckedEndpoints, CodeCheck } from "./types.ts";

const VNETS = "pve-network, src/PVE/API2/Network/SDN/Vnets.pm";
const SUBNETS = "pve-network, src/PVE/API2/Network/SDN/Subnets.pm";
const VNET = "/cluster/sdn/vnets/{vnet}" as const;

const SEES_VNET: CodeCheck = {
  privileges: ["SDN.Audit", "SDN.Allocate"],
  any: true,
  path: "/sdn/zones/{zone}/{vnet}",
};

const CHANGES_VNET: CodeCheck = { privileges: ["SDN.Allocate"], path: "/sdn/zones/{zone}/{vnet}" };

/** Lists that leave out what their caller may not see. */
const LISTS: readonly CheckedEndpoints[] = (
  [
    [["GET /cluster/sdn/zones"], "Zones", "/sdn/zones/{zone}", "of each zone"],
    [["GET /cluster/sdn/controllers"], "Controllers", "/sdn/controllers/{controller}", "of each controller"],
    [["GET /cluster/sdn/dns"], "Dns", "/sdn/dns/{dns}", "of each DNS server"],
    [["GET /cluster/sdn/ipams"], "Ipams", "/sdn/ipams/{ipam}", "of each IPAM"],
    [["GET /cluster/sdn/ipams/{ipam}/status"], "Ipams", "/sdn/zones/{zone}/{vnet}", "of each entry's vnet"],
    [["GET /cluster/sdn/prefix-lists"], "PrefixLists", "/sdn/prefix-lists/{id}", "of each list"],
    [
      ["GET /cluster/sdn/route-maps", "GET /cluster/sdn/route-maps/entries"],
      "RouteMaps",
      "/sdn/route-maps/{route-map-id}",
      "of each map",
    ],
  ] as const
).map(([endpoints, file, path, condition]) => ({
  endpoints,
  origin: `pve-network, src/PVE/API2/Network/SDN/${file}.pm`,
  checks: [{ privileges: ["SDN.Audit", "SDN.Allocate"], any: true, path, hides: true, condition }],
}));

const SEES_FABRIC: CodeCheck = {
  privileges: ["SDN.Audit", "SDN.Allocate"],
  any: true,
  path: "/sdn/fabrics/{fabric_id}",
  hides: true,
  condition: "of each fabric",
};

const SEES_NODE: CodeCheck = {
  privileges: ["Sys.Audit", "Sys.Modify"],
  any: true,
  path: "/nodes/{node_id}",
  hides: true,
  condition: "of each node",
};

const FABRICS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /cluster/sdn/fabrics/all"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Fabrics.pm",
    checks: [SEES_FABRIC, SEES_NODE],
  },
  {
    endpoints: ["GET /cluster/sdn/fabrics/fabric"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Fabrics/Fabric.pm",
    checks: [SEES_FABRIC],
  },
  {
    endpoints: ["GET /cluster/sdn/fabrics/node"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Fabrics/Node.pm",
    checks: [SEES_FABRIC, SEES_NODE],
  },
  {
    endpoints: ["GET /cluster/sdn/fabrics/node/{fabric_id}"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Fabrics/FabricNode.pm",
    checks: [SEES_NODE],
  },
];

/** Reading takes either privilege, changing the second. (pve-firewall, src/PVE/API2/Firewall/Helpers.pm) */
const FIREWALL: readonly CheckedEndpoints[] = [
  {
    endpoints: [`GET ${VNET}/firewall/options`],
    origin: "pve-firewall, src/PVE/API2/Firewall/Vnet.pm",
    checks: [SEES_VNET],
  },
  {
    endpoints: [`PUT ${VNET}/firewall/options`],
    origin: "pve-firewall, src/PVE/API2/Firewall/Vnet.pm",
    checks: [CHANGES_VNET],
  },
  {
    endpoints: [`GET ${VNET}/firewall/rules`, `GET ${VNET}/firewall/rules/{pos}`],
    origin: "pve-firewall, src/PVE/API2/Firewall/Rules.pm",
    checks: [SEES_VNET],
  },
  {
    endpoints: [
      `POST ${VNET}/firewall/rules`,
      `PUT ${VNET}/firewall/rules/{pos}`,
      `DELETE ${VNET}/firewall/rules/{pos}`,
    ],
    origin: "pve-firewall, src/PVE/API2/Firewall/Rules.pm",
    checks: [CHANGES_VNET],
  },
];

const ON_NODES: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /nodes/{node}/sdn/vnets/{vnet}", "GET /nodes/{node}/sdn/vnets/{vnet}/mac-vrf"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Nodes/Vnet.pm",
    checks: [{ privileges: ["SDN.Audit"], path: "/sdn/zones/{zone}/{vnet}" }],
  },
  // The description speaks of SDN.Audit; the code lists every zone.
  {
    endpoints: ["GET /nodes/{node}/sdn/zones"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Nodes/Zones.pm",
    checks: [],
  },
];

/** Software-defined networks, and the firewalls of their vnets. */
export const SDN_CHECKS: readonly CheckedEndpoints[] = [
  ...LISTS,
  ...FABRICS,
  ...FIREWALL,
  ...ON_NODES,
  {
    endpoints: ["GET /cluster/sdn/vnets"],
    origin: VNETS,
    checks: [{ ...SEES_VNET, hides: true, condition: "of each vnet" }],
  },
  { endpoints: [`GET ${VNET}`], origin: VNETS, checks: [SEES_VNET] },
  { endpoints: [`PUT ${VNET}`, `DELETE ${VNET}`], origin: VNETS, checks: [CHANGES_VNET] },
  {
    endpoints: [`GET ${VNET}/subnets`, `GET ${VNET}/subnets/{subnet}`],
    origin: SUBNETS,
    checks: [SEES_VNET],
  },
  {
    endpoints: [`POST ${VNET}/subnets`, `PUT ${VNET}/subnets/{subnet}`, `DELETE ${VNET}/subnets/{subnet}`],
    origin: SUBNETS,
    checks: [CHANGES_VNET],
  },
];
