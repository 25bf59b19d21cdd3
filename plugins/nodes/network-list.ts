import { defineTool, featured, fromApi, listing, nodeName } from "../../sdk/index.ts";

interface Interface {
  readonly iface: string;
  readonly type?: string;
  readonly method?: string;
  readonly method6?: string;
  readonly cidr?: string;
  readonly cidr6?: string;
  readonly gateway?: string;
  readonly gateway6?: string;
  readonly bridge_ports?: string;
  readonly slaves?: string;
  readonly bond_mode?: string;
  readonly "vlan-raw-device"?: string;
  readonly "vlan-id"?: number | string;
  readonly bridge_vlan_aware?: number | boolean;
  readonly active?: number | boolean;
  readonly autostart?: number | boolean;
  readonly mtu?: number | string;
  readonly comments?: string;
}

const interfaces = listing({
  of: "interfaces",
  columns: [
    { key: "iface" },
    { key: "type" },
    { key: "active", type: "boolean" },
    { key: "autostart", type: "boolean" },
    { key: "ipv4" },
    { key: "gateway" },
    { key: "ipv6" },
    { key: "gateway6", optional: true },
    { key: "ports" },
    { key: "vlanAware", type: "boolean" },
    { key: "vlan" },
    { key: "method", optional: true },
    { key: "method6", optional: true },
    { key: "bondMode", optional: true },
    { key: "mtu", optional: true },
    { key: "comment" },
  ],
  filters: ["iface", "text"],
  counted: ["type"],
});

export const networkList = defineTool({
  name: "proxmox_network_list",
  title: "List a node's network interfaces",
  describe: "Bridges, bonds, VLANs and cards of a node with their addresses and ports.",
  risk: "read",
  uses: ["GET /nodes/{node}/network"],
  input: featured(
    fromApi("GET /nodes/{node}/network", {
      describe: { type: "any_bridge for all bridges" },
      extra: { node: nodeName({ default: "node" }), ...interfaces.inputs },
    }),
    ["node", "type", "filter"],
  ),
  result: interfaces.result,
  async read({ node, type, ...view }, pve) {
    await pve.node(node);
    const found = await pve.get<readonly Interface[]>("/nodes/{node}/network", { node, type });
    return interfaces.rows(found.map(rowOf), view);
  },
});

function rowOf(one: Interface) {
  const raw = one["vlan-raw-device"];
  const vlan = one["vlan-id"] === undefined ? undefined : String(one["vlan-id"]);
  return {
    iface: one.iface,
    type: one.type,
    active: isOn(one.active),
    autostart: isOn(one.autostart),
    ipv4: one.cidr,
    gateway: one.gateway,
    ipv6: one.cidr6,
    gateway6: one.gateway6,
    ports: one.bridge_ports ?? one.slaves,
    vlanAware: isOn(one.bridge_vlan_aware) || undefined,
    vlan: raw === undefined ? vlan : `${vlan ?? "?"} on ${raw}`,
    method: one.method,
    method6: one.method6,
    bondMode: one.bond_mode,
    mtu: one.mtu === undefined ? undefined : String(one.mtu),
    comment: one.comments?.trim() || undefined,
  };
}

function isOn(value: unknown): boolean {
  return value === true || Number(value ?? 0) === 1;
}
