import { type Interface, isTrue } from "../domains/interface-file.ts";
import { interfacesInUse, interfacesOf } from "../domains/interfaces.ts";
import { paramError } from "../errors.ts";
import type { Section } from "../sections.ts";
import type { LabGuest, LabNode, LabRequest } from "../types.ts";
import { zonesOn } from "./state.ts";

/** A bridge on a node, as far as it is up. */
interface Bridge {
  readonly name: string;
  readonly isAware: boolean;
  /** Ports that are no guest's. */
  readonly ports: readonly string[];
  /** VLANs of these ports. */
  readonly vlans: readonly string[];
}

const ALL_VLANS = "2-4094";

/**
 * The bridges of a zone, and the ports of those that are up. `localnetwork` stands for the bridges that the node's
 * own configuration names. (pve-network, src/PVE/API2/Network/SDN/Nodes/Zone.pm)
 */
export function zoneBridges(request: LabRequest): unknown {
  const { params, node, may, lab } = request;
  const zone = params.need("zone");
  const names = zone === "localnetwork" ? localBridges(node) : vnetsOf(request, zone);
  const guests = [...lab.state.guests.values()].filter((guest) => guest.node === node.name);
  return names
    .filter((name) => may(`/sdn/zones/${zone}/${name}`, ["SDN.Audit", "SDN.Allocate"], "any"))
    .map((name) => {
      const bridge = zone === "localnetwork" ? localBridge(node, name) : vnetBridge(request, zone, name);
      if (bridge === undefined) return { name, vlan_filtering: null, ports: [] };
      const own = bridge.ports.map((port) => ({
        name: port,
        ...(bridge.isAware ? { vlans: bridge.vlans, primary_vlan: 1 } : {}),
      }));
      const ports = [...own, ...guests.flatMap((guest) => guestPorts(guest, bridge))];
      return { name, vlan_filtering: bridge.isAware ? 1 : 0, ports };
    });
}

function localBridges(node: LabNode): string[] {
  return [...interfacesOf(node)].filter(([, one]) => one.type === "bridge").map(([name]) => name);
}

function localBridge(node: LabNode, name: string): Bridge | undefined {
  const one = interfacesInUse(node).get(name);
  if (one?.type !== "bridge" || one.active !== 1) return undefined;
  return {
    name,
    isAware: isTrue(one.bridge_vlan_aware),
    ports: wordsOf(one, "bridge_ports").filter((port) => port !== "none"),
    vlans: one.bridge_vids === undefined ? [ALL_VLANS] : wordsOf(one, "bridge_vids"),
  };
}

function wordsOf(one: Interface, key: string): string[] {
  return String(one[key] ?? "")
    .split(/[\s,;]+/)
    .filter((word) => word !== "");
}

function vnetsOf({ lab: { state } }: LabRequest, zone: string): string[] {
  const { running } = state.sdn;
  if (!running?.zones.has(zone)) throw paramError({ zone: "zone does not exist" });
  return [...running.vnets].filter(([, vnet]) => vnet.get("zone") === zone).map(([name]) => name);
}

/** Nothing where the zone is not on the node. */
function vnetBridge({ node, lab: { state } }: LabRequest, id: string, name: string): Bridge | undefined {
  const zone = zonesOn(state.sdn, node).find(([one]) => one === id)?.[1];
  const vnet = state.sdn.running?.vnets.get(name);
  if (zone === undefined || vnet === undefined) return undefined;
  const isAware = isTrue(vnet.get("vlanaware"));
  return { name, isAware, ports: uplinksOf(node, id, zone, name, vnet), vlans: [ALL_VLANS] };
}

/** What joins a vnet to the net outside, by the type of its zone. (src/PVE/Network/SDN/Zones/*Plugin.pm) */
function uplinksOf(node: LabNode, id: string, zone: Section, name: string, vnet: Section): string[] {
  const tag = String(vnet.get("tag") ?? "");
  const type = String(zone.get("type"));
  if (type === "vxlan" || type === "evpn") return [`vxlan_${name}`];
  if (type === "qinq") return [tag === "" ? `ln_${id}` : `z_${id}.${tag}`];
  if (type !== "vlan") return [];
  const parent = String(zone.get("bridge"));
  return [localBridge(node, parent)?.isAware ? `${parent}.${tag}` : `ln_${name}`];
}

/**
 * The ports of a running guest on a bridge. A port with a VLAN tag is on a bridge of its own where the bridge knows
 * no VLANs. (pve-common, src/PVE/Network.pm)
 */
function guestPorts({ kind, vmid, runtime }: LabGuest, { name, isAware }: Bridge): unknown[] {
  return [...(runtime?.config ?? [])].flatMap(([key, value]) => {
    const index = /^net(\d+)$/.exec(key)?.[1];
    if (index === undefined) return [];
    const net = new Map(value.split(",").map((part) => part.split("=", 2) as [string, string]));
    const tag = net.get("tag");
    if (net.get("bridge") !== name || (tag !== undefined && !isAware)) return [];
    const behindFirewall = isTrue(net.get("firewall"));
    const port = behindFirewall
      ? `fwpr${vmid}p${index}`
      : `${kind === "qemu" ? "tap" : "veth"}${vmid}i${index}`;
    return [
      { name: port, vmid: String(vmid), index: key, ...(isAware ? vlansOf(tag, net.get("trunks")) : {}) },
    ];
  });
}

function vlansOf(tag: string | undefined, trunks: string | undefined): Record<string, unknown> {
  const vlans = trunks?.split(";") ?? (tag === undefined ? [ALL_VLANS] : []);
  const primary = tag ?? (trunks === undefined ? "1" : undefined);
  return { vlans, ...(primary === undefined ? {} : { primary_vlan: Number(primary) }) };
}
