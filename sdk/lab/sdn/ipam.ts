import { isIPv6 } from "node:net";
import { die } from "../errors.ts";
import { inNetwork } from "../firewall/addresses.ts";
import type { Section } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import type { SdnState } from "./state.ts";

/** An address that was given away. */
export interface IpamEntry {
  readonly gateway?: 1;
  readonly vmid?: string;
  readonly mac?: string;
}

/** What the built-in IPAM has given away: by zone, network and address. */
export type IpamState = Map<string, Map<string, Map<string, IpamEntry>>>;

const PATH = "/cluster/sdn/vnets/{vnet}/ips";

/** Addresses of vnets. (pve-network, src/PVE/API2/Network/SDN/Ips.pm, Ipams.pm; src/PVE/Network/SDN/Ipams/PVEPlugin.pm) */
export function registerIpam(lab: LabCore): void {
  lab.route("GET /cluster/sdn/ipams/{ipam}/status", status);
  lab.route(`POST ${PATH}`, ({ params }) => {
    addAddress(lab.state.sdn, params.need("vnet"), params.need("ip"), macOf(params.text("mac")));
    return null;
  });
  lab.route(`DELETE ${PATH}`, ({ params }) => {
    const { sdn } = lab.state;
    return ending(() => deleteAddress(sdn, params.need("vnet"), params.need("ip")));
  });
  lab.route(`PUT ${PATH}`, (request) => update(request));
}

function macOf(mac: string | undefined): IpamEntry {
  return mac === undefined ? {} : { mac };
}

/** A fault that is handed on with a further line end. */
function ending(change: () => void): null {
  try {
    change();
    return null;
  } catch (error) {
    if (error instanceof Error) throw die(`${error.message}\n`);
    throw error;
  }
}

/** The address of a MAC is taken back, and another one given. */
function update({ params, lab: { state } }: LabRequest): null {
  const { sdn } = state;
  const [vnet, ip, mac] = [params.need("vnet"), params.need("ip"), params.text("mac")];
  const old = addressOf(sdn, vnet, mac, isIPv6(ip));
  deleteAddress(sdn, vnet, old ?? "");
  const vmid = params.text("vmid");
  const entry = { ...macOf(mac), ...(vmid === undefined ? {} : { vmid }) };
  return ending(() => {
    try {
      addAddress(sdn, vnet, ip, entry);
    } catch (error) {
      if (old !== undefined) addAddress(sdn, vnet, old, entry);
      throw error;
    }
  });
}

function addressOf(sdn: SdnState, vnet: string, mac: string | undefined, v6: boolean): string | undefined {
  const zone = zoneOf(sdn, vnet);
  if (mac === undefined || zone?.section.get("ipam") === undefined || !zone.section.has("dhcp"))
    return undefined;
  for (const addresses of sdn.ipam.get(zone.id)?.values() ?? [])
    for (const [ip, entry] of addresses) if (entry.mac === mac && isIPv6(ip) === v6) return ip;
  return undefined;
}

function zoneOf({ vnets, zones }: SdnState, vnet: string) {
  const id = String(vnets.get(vnet)?.get("zone") ?? "");
  const section = zones.get(id);
  return section === undefined ? undefined : { id, section };
}

interface Place {
  readonly zone: string;
  readonly cidr: string;
}

/** The network of an id such as `zone-10.0.0.0-24`. */
export function placeOf(id: string): Place {
  const [zone = "", network = "", mask = ""] = id.split("-");
  return { zone, cidr: `${network}/${mask}` };
}

/** The applied subnet of a vnet that an address is in; undefined where its zone has no built-in IPAM. */
function subnetFor(sdn: SdnState, vnet: string, ip: string): Place | undefined {
  const zone = zoneOf(sdn, vnet);
  if (zone === undefined) throw die("no sdn zone ID specified");
  const found = [...(sdn.running?.subnets ?? [])]
    .filter(([, subnet]) => subnet.get("vnet") === vnet)
    .map(([id]) => placeOf(id))
    .find(({ cidr }) => inNetwork(ip, cidr));
  if (found === undefined)
    throw die(`can't find any subnet for ip ${ip} at /usr/share/perl5/PVE/Network/SDN/Subnets.pm line 136.`);
  return zone.section.get("ipam") === "pve" ? found : undefined;
}

function addAddress(sdn: SdnState, vnet: string, ip: string, entry: IpamEntry): void {
  const place = subnetFor(sdn, vnet, ip);
  if (place !== undefined) give(sdn.ipam, place, ip, entry);
}

function deleteAddress(sdn: SdnState, vnet: string, ip: string): void {
  const place = subnetFor(sdn, vnet, ip);
  if (place !== undefined) takeBack(sdn.ipam, place, ip);
}

/** Addresses are known in one spelling. */
function canonical(ip: string): string {
  return isIPv6(ip) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip;
}

function addressesOf(ipam: IpamState, { zone, cidr }: Place): Map<string, IpamEntry> {
  const networks = ipam.get(zone);
  if (networks === undefined) throw die(`zone '${zone}' doesn't exist in IPAM DB`);
  const addresses = networks.get(cidr);
  if (addresses === undefined) throw die(`subnet '${cidr}' doesn't exist in IPAM DB`);
  return addresses;
}

function give(ipam: IpamState, place: Place, ip: string, entry: IpamEntry): void {
  const addresses = addressesOf(ipam, place);
  const key = canonical(ip);
  const before = addresses.get(key);
  if (before !== undefined && (entry.gateway === undefined || before.gateway === undefined))
    throw die(`IP '${key}' already exist`);
  addresses.set(key, entry);
}

function takeBack(ipam: IpamState, place: Place, ip: string): void {
  const key = canonical(ip);
  if (!addressesOf(ipam, place).delete(key)) throw die(`IP '${key}' does not exist in IPAM DB`);
}

/** What the IPAM of a zone makes of a subnet that is made or changed: it gives its gateway away. */
export function subnetSaved(sdn: SdnState, id: string, subnet: Section, old: Section | undefined): void {
  const place = placeOf(id);
  if (sdn.zones.get(place.zone)?.get("ipam") !== "pve") return;
  if (old === undefined) addNetwork(sdn.ipam, place);
  if (place.cidr.endsWith("/32")) return;
  const [gateway, before] = [subnet.get("gateway"), old?.get("gateway")].map((value) =>
    value === undefined ? undefined : String(value),
  );
  if (gateway === before) return;
  if (gateway !== undefined) give(sdn.ipam, place, gateway, { gateway: 1 });
  if (before !== undefined) sdn.ipam.get(place.zone)?.get(place.cidr)?.delete(canonical(before));
}

function addNetwork(ipam: IpamState, { zone, cidr }: Place): void {
  const networks = ipam.get(zone) ?? new Map<string, Map<string, IpamEntry>>();
  ipam.set(zone, networks);
  if (!networks.has(cidr)) networks.set(cidr, new Map());
}

/** Fails where the IPAM of the vnet's zone has given addresses of the subnet away. */
export function subnetDeleted(sdn: SdnState, vnet: string, id: string): void {
  if (zoneOf(sdn, vnet)?.section.get("ipam") !== "pve") return;
  const place = sdn.subnets.has(id) ? placeOf(id) : { zone: "", cidr: "" };
  const addresses = addressesOf(sdn.ipam, place);
  const [only] = addresses.values();
  const isFree = addresses.size === 0 || (addresses.size === 1 && only?.gateway === 1);
  if (!isFree) throw die(`cannot delete subnet '${place.cidr}', not empty`);
  sdn.ipam.get(place.zone)?.delete(place.cidr);
}

/** Addresses that the built-in IPAM has given away in applied zones with DHCP. */
function status({ params, lab, may }: LabRequest): unknown {
  if (params.need("ipam") !== "pve")
    throw die(
      "Currently only PVE IPAM is supported! at /usr/share/perl5/PVE/API2/Network/SDN/Ipams.pm line 302.",
    );
  const { ipam, running } = lab.state.sdn;
  return [...(running?.subnets ?? [])].flatMap(([id, subnet]) => {
    const { zone, cidr } = placeOf(id);
    const vnet = String(subnet.get("vnet"));
    const section = running?.zones.get(zone);
    const given = section?.get("ipam") === "pve" && section.has("dhcp");
    if (!given || !may(`/sdn/zones/${zone}/${vnet}`, ["SDN.Audit", "SDN.Allocate"], "any")) return [];
    const addresses = ipam.get(zone)?.get(cidr) ?? new Map<string, IpamEntry>();
    return [...addresses].map(([ip, entry]) => ({ ...entry, zone, subnet: cidr, ip, vnet }));
  });
}
