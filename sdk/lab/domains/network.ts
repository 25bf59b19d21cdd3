import type { LabCore, LabNode } from "../types.ts";

/** Types that a filter of several types stands for. (pve-manager, PVE/API2/Network.pm) */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  any_bridge: ["bridge", "OVSBridge", "vnet"],
  any_local_bridge: ["bridge", "OVSBridge"],
  include_sdn: ["bridge", "OVSBridge", "vnet", "eth", "bond", "vlan"],
};

/** Reads of a node's network. */
export function registerNetwork(lab: LabCore): void {
  lab.route("GET /nodes/{node}/network", ({ node, params }) => {
    const type = params.text("type");
    const all = interfacesOf(node);
    if (type === undefined) return all;
    const types = GROUPS[type] ?? [type];
    return all.filter((one) => types.includes(one.type));
  });
}

interface Interface {
  readonly iface: string;
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Two cards bonded below the bridge that holds the node's address, and one card that is not in use. */
function interfacesOf(node: LabNode): readonly Interface[] {
  const idle = { families: ["inet"], method: "manual", method6: "manual" };
  const card = { type: "eth", ...idle, exists: 1, active: 1 };
  return [
    { iface: "eno1", ...card, priority: 3 },
    { iface: "eno2", ...card, priority: 4 },
    { iface: "eno3", type: "eth", ...idle, exists: 1, priority: 5 },
    {
      ...{ iface: "bond0", type: "bond", ...idle, active: 1, autostart: 1, priority: 6 },
      ...{ slaves: "eno1 eno2", bond_mode: "802.3ad", bond_xmit_hash_policy: "layer2+3" },
    },
    {
      ...{ iface: "vmbr0", type: "bridge", families: ["inet"], method: "static", method6: "manual" },
      ...{ address: node.ip, netmask: "24", cidr: `${node.ip}/24`, gateway: node.ip.replace(/\.\d+$/, ".1") },
      ...{ bridge_ports: "bond0", bridge_fd: "0", bridge_stp: "off", bridge_vlan_aware: 1 },
      ...{ active: 1, autostart: 1, priority: 7, comments: "guests and management\n" },
    },
  ];
}
