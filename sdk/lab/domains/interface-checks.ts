import { die, type LabError, paramError } from "../errors.ts";
import { inNetwork } from "../firewall/addresses.ts";
import { splitList } from "../frame/params.ts";
import { type Interface, type Interfaces, isTrue } from "./interface-file.ts";

const PORTS = ["bridge_ports", "ovs_ports", "slaves", "ovs_bonds"] as const;

/** A gateway is there once. (pve-manager, PVE/API2/Network.pm) */
export function assertOneGateway(
  all: Interfaces,
  iface: string,
  given: Readonly<Record<string, unknown>>,
): void {
  for (const [key, name] of [
    ["gateway", "Default gateway"],
    ["gateway6", "Default ipv6 gateway"],
  ] as const) {
    if (!isTrue(given[key])) continue;
    const other = [...all].find(([one, { [key]: taken }]) => one !== iface && isTrue(taken))?.[0];
    if (other !== undefined) throw paramError({ [key]: `${name} already exists on interface '${other}'.` });
  }
}

/** A port belongs to one interface. (same file) */
export function assertFreePorts(
  all: Interfaces,
  iface: string,
  given: Readonly<Record<string, unknown>>,
): void {
  const key = PORTS.find((name) => isTrue(given[name]));
  if (key === undefined) return;
  const wanted = new Set(portsOf(given));
  for (const [other, one] of all) {
    if (other === iface) continue;
    const port = portsOf(one).find((each) => wanted.has(each));
    if (port !== undefined) throw paramError({ [key]: `${port} is already used on interface '${other}'.` });
  }
}

function portsOf(one: Readonly<Record<string, unknown>>): readonly string[] {
  return PORTS.flatMap((name) => (isTrue(one[name]) ? splitList(String(one[name])) : []));
}

/** Kinds of IPv6 addresses that no host has, the narrowest first, as Net::IP names them. */
const NOT_HOSTS = [
  ["::1/128", "LOOPBACK"],
  ["::/128", "UNSPECIFIED"],
  ["::ffff:0:0/96", "IPV4MAP"],
  ["::/96", "IPV4COMP"],
  ["2001:db8::/32", "RESERVED"],
  ["ff00::/8", "MULTICAST"],
] as const;
const HOSTS = ["2000::/3", "fc00::/7", "fe80::/10"];

/** An IPv6 address that a host can have. (same file) */
export function assertHostAddress(address: string): void {
  const odd = NOT_HOSTS.find(([network]) => inNetwork(address, network))?.[1];
  const type = odd ?? (HOSTS.some((network) => inNetwork(address, network)) ? undefined : "RESERVED");
  if (type === undefined) return;
  throw paramError({ address: `${address} with type '${type}', cannot be used as host IPv6 address.` });
}

/** What the writer of the file checks, of all interfaces. (pve-common, src/PVE/Network/Interfaces.pm) */
export function assertWritable(all: Interfaces): void {
  for (const [name, one] of all) {
    if (one.type === "bond") checkBond(all, name, one);
    if (one.type === "vlan") checkVlan(all, name, one);
  }
  for (const [name, one] of all) if (one.type === "bridge") checkBridge(all, name, one);
}

/** The writer takes only white space for what stands between ports. */
function words(text: unknown): readonly string[] {
  return isTrue(text) ? String(text).split(/\s+/) : [];
}

function checkBond(all: Interfaces, name: string, bond: Interface): void {
  for (const slave of words(bond.slaves)) {
    const one = all.get(slave);
    if (one?.type !== "eth" && one?.type !== "bond") {
      const type = one?.type ?? "";
      throw die(`bond '${name}' - wrong interface type on slave '${slave}' ('${type}' != 'eth or bond')`);
    }
    checkMtu([name, isTrue(bond.mtu) ? bond : { ...bond, mtu: one.mtu }], [slave, one]);
  }
  const primary = bond["bond-primary"];
  if (isTrue(primary) && !words(bond.slaves).includes(String(primary)))
    throw interfacesFault(`bond '${name}' - bond-primary interface is not a slave`);
}

function checkVlan(all: Interfaces, name: string, vlan: Interface): void {
  const dotted = /^(\S+)\.(\d+)$/.exec(name);
  if (dotted === null && !isTrue(vlan["vlan-raw-device"]))
    throw interfacesFault("missing vlan-raw-device option");
  const device = dotted?.[1] ?? String(vlan["vlan-raw-device"]);
  const tag = dotted?.[2] ?? /^vlan(\d+)$/.exec(name)?.[1] ?? vlan["vlan-id"];
  if (!isTrue(tag)) throw interfacesFault("missing vlan-id option");
  const parent = all.get(device);
  if (Number(tag) > 4094) throw die(`vlan '${name}' - vlan-id ${String(tag)} should be <= 4094`);
  if (parent === undefined) throw die(`vlan '${name}' - unable to find parent '${device}'`);
  if (!["eth", "bridge", "bond", "vlan"].includes(parent.type)) {
    const wanted = `('${parent.type}' != 'eth|bond|bridge|vlan' )`;
    throw die(`vlan '${name}' - wrong interface type on parent '${device}' ${wanted}`);
  }
  checkMtu([device, parent], [name, vlan]);
}

function checkBridge(all: Interfaces, name: string, bridge: Interface): void {
  for (const port of words(bridge.bridge_ports)) {
    const device = /^(\S+)\.\d+$/.exec(port)?.[1];
    const tagged =
      device === undefined ? undefined : { type: "vlan", method: "manual", mtu: all.get(device)?.mtu };
    const one: Interface | undefined = all.get(port) ?? tagged;
    if (one === undefined) throw die(`bridge '${name}' - unable to find bridge port '${port}'`);
    if (isStatic(one, "", "0.0.0.0") || isStatic(one, "6", "::"))
      throw die(`iface ${port} - ip address can't be set on interface if bridged in ${name}`);
    checkMtu([port, one], [name, bridge]);
  }
}

function isStatic(one: Interface, six: "" | "6", none: string): boolean {
  return one[`method${six}`] === "static" && one[`address${six}`] !== none;
}

type Named = readonly [name: string, one: Interface];

function checkMtu([parent, above]: Named, [child, below]: Named): void {
  const mtu = Number(isTrue(above.mtu) ? above.mtu : 1500);
  if (isTrue(below.mtu) && mtu < Number(below.mtu))
    throw die(`interface '${parent}' - mtu ${mtu} is lower than '${child}' - mtu ${String(below.mtu)}`);
}

/** Such a fault tells its place in the code. */
function interfacesFault(message: string): LabError {
  return die(`${message} at /usr/share/perl5/PVE/INotify.pm line 1540.`);
}
