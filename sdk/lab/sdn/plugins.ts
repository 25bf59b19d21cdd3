import { type SectionOptions, sectionOptions } from "../sections.ts";

const NAMES = "mtu? dns? reversedns? dnszone? ipam?";

/** What zones of each type take. (pve-network, src/PVE/Network/SDN/Zones/*Plugin.pm) */
const ZONES: Readonly<Record<string, string>> = {
  simple: `nodes? dhcp? ${NAMES}`,
  vlan: `nodes? bridge bridge-disable-mac-learning? ${NAMES}`,
  qinq: `nodes? tag bridge bridge-disable-mac-learning? vlan-protocol? ${NAMES}`,
  vxlan: `nodes? peers? fabric? vxlan-port? ${NAMES}`,
  evpn:
    "nodes? vrf-vxlan controller secondary-controllers? exitnodes? exitnodes-local-routing? exitnodes-primary? " +
    "advertise-subnets? disable-arp-nd-suppression? bridge-disable-mac-learning? rt-import? vxlan-port? " +
    `mac? ${NAMES}`,
  faucet: "dp-id controller nodes? mtu? ipam?",
};

/** What controllers of each type take. (src/PVE/Network/SDN/Controllers/*Plugin.pm) */
const CONTROLLERS: Readonly<Record<string, string>> = {
  evpn:
    "asn peers? fabric? nodes? bgp-mode? ebgp? ebgp-multihop? loopback? peer-group-name? " +
    "route-map-in? route-map-out?",
  bgp:
    "node asn peers bgp-mode? bgp-multipath-as-path-relax? ebgp? ebgp-multihop? loopback? " +
    "route-map-in? route-map-out?",
  isis: "isis-domain isis-net isis-ifaces node loopback?",
  faucet: "",
};

/** What IPAMs of each type take. (src/PVE/Network/SDN/Ipams/*Plugin.pm) */
const IPAMS: Readonly<Record<string, string>> = {
  pve: "",
  netbox: "url token fingerprint?",
  phpipam: "url token section fingerprint?",
};

/** What DNS servers take. (src/PVE/Network/SDN/Dns/PowerdnsPlugin.pm) */
const DNS: Readonly<Record<string, string>> = {
  powerdns: "url key ttl? reversemaskv6? reversev6mask? fingerprint?",
};

const KINDS = { zones: ZONES, controllers: CONTROLLERS, ipams: IPAMS, dns: DNS } as const;

/** The options of a type of zone, controller, IPAM or DNS server. */
export function pluginOptions(kind: keyof typeof KINDS, type: string, major: number): SectionOptions {
  const text = KINDS[kind][type] ?? "";
  // Before fabrics came, peers had to be named.
  const names = major < 9 ? text.replace("peers? fabric?", "peers") : text;
  return names === "" ? {} : sectionOptions(names);
}

/** What a vnet takes. (src/PVE/Network/SDN/VnetPlugin.pm) */
export const VNET_OPTIONS = sectionOptions("zone tag? alias? vlanaware? isolate-ports?");

/** What a subnet takes. (src/PVE/Network/SDN/SubnetPlugin.pm) */
export const SUBNET_OPTIONS = sectionOptions(
  "vnet gateway? snat? dnszoneprefix? dhcp-range? dhcp-dns-server?",
);
