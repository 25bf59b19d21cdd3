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

/** Zones, vnets and subnets. */
export const SDN_CHECKS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /cluster/sdn/zones"],
    origin: "pve-network, src/PVE/API2/Network/SDN/Zones.pm",
    checks: [
      {
        privileges: ["SDN.Audit", "SDN.Allocate"],
        any: true,
        path: "/sdn/zones/{zone}",
        hides: true,
        condition: "of each zone",
      },
    ],
  },
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
