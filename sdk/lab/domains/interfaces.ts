import type { LabNode } from "../types.ts";

/** An interface as the API answers it, without its name. */
export type Interface = Readonly<Record<string, unknown>> & { readonly type: string };

/** Interfaces by name, in the order of the file. */
export type Interfaces = ReadonlyMap<string, Interface>;

/** The network of a node: what is in use, and what was written since and waits to be taken into use. */
interface Network {
  readonly current: Interfaces;
  readonly written?: Interfaces;
}

const networks = new WeakMap<LabNode, Network>();

/** What is configured on a node, what waits included. */
export function interfacesOf(node: LabNode): Interfaces {
  const { current, written } = networkOf(node);
  return written ?? current;
}

/** Writes a configuration, which waits until {@link applyInterfaces}. */
export function writeInterfaces(node: LabNode, written: Interfaces): void {
  networks.set(node, { current: networkOf(node).current, written });
}

/** Takes what waits into use. */
export function applyInterfaces(node: LabNode): void {
  const all = [...interfacesOf(node)].map(([name, one]) => [name, { ...one, active: 1 }] as const);
  networks.set(node, { current: new Map(all) });
}

/** Forgets what waits. */
export function revertInterfaces(node: LabNode): void {
  networks.set(node, { current: networkOf(node).current });
}

/** What would change, as lines that come and go; nothing where nothing waits. */
export function changesOf(node: LabNode): string | undefined {
  const { current, written } = networkOf(node);
  if (written === undefined) return undefined;
  const [before, after] = [linesOf(current), linesOf(written)];
  const gone = before.filter((line) => !after.includes(line)).map((line) => `-${line}`);
  const come = after.filter((line) => !before.includes(line)).map((line) => `+${line}`);
  if (gone.length + come.length === 0) return undefined;
  const head = ["--- /etc/network/interfaces", "+++ /etc/network/interfaces.new"];
  return `${[...head, ...gone, ...come].join("\n")}\n`;
}

function linesOf(interfaces: Interfaces): string[] {
  return [...interfaces].flatMap(([name, one]) => [
    ...(one.autostart === 1 ? [`auto ${name}`] : []),
    `iface ${name} inet ${String(one.method)}`,
    ...(one.cidr === undefined ? [] : [`\taddress ${String(one.cidr)}`]),
    ...["gateway", "bridge_ports", "slaves", "mtu"].flatMap((key) =>
      one[key] === undefined ? [] : [`\t${key.replace("_", "-")} ${String(one[key])}`],
    ),
  ]);
}

function networkOf(node: LabNode): Network {
  const known = networks.get(node) ?? { current: usual(node) };
  networks.set(node, known);
  return known;
}

/** Two cards bonded below the bridge that holds the node's address, and one card that is not in use. */
function usual(node: LabNode): Interfaces {
  const idle = { families: ["inet"], method: "manual", method6: "manual" };
  const card = { type: "eth", ...idle, exists: 1, active: 1 };
  const bridge = {
    ...{ type: "bridge", families: ["inet"], method: "static", method6: "manual" },
    ...{ address: node.ip, netmask: "24", cidr: `${node.ip}/24`, gateway: node.ip.replace(/\.\d+$/, ".1") },
    ...{ bridge_ports: "bond0", bridge_fd: "0", bridge_stp: "off", bridge_vlan_aware: 1 },
    ...{ active: 1, autostart: 1, priority: 7, comments: "guests and management\n" },
  };
  const bond = {
    ...{ type: "bond", ...idle, active: 1, autostart: 1, priority: 6 },
    ...{ slaves: "eno1 eno2", bond_mode: "802.3ad", bond_xmit_hash_policy: "layer2+3" },
  };
  return new Map<string, Interface>([
    ["eno1", { ...card, priority: 3 }],
    ["eno2", { ...card, priority: 4 }],
    ["eno3", { type: "eth", ...idle, exists: 1, priority: 5 }],
    ["bond0", bond],
    ["vmbr0", bridge],
  ]);
}
