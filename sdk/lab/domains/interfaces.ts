import type { LabNode } from "../types.ts";
import { assertWritable } from "./interface-checks.ts";
import { type Interface, type Interfaces, isTrue, readBack } from "./interface-file.ts";

/** The network of a node: what is in use, and what was written since and waits to be taken into use. */
interface Network {
  readonly current: Interfaces;
  readonly written?: Interfaces;
  /** Names of the cards that the machine has; they are there whatever the file says. */
  readonly cards: readonly string[];
}

const networks = new WeakMap<LabNode, Network>();

/** What is configured on a node, what waits included. */
export function interfacesOf(node: LabNode): Interfaces {
  const { current, written } = networkOf(node);
  return written ?? current;
}

/** What a node's network is now, without what waits. */
export function interfacesInUse(node: LabNode): Interfaces {
  return networkOf(node).current;
}

/** Checks and writes a configuration, which waits until {@link applyInterfaces}. */
export function writeInterfaces(node: LabNode, written: Interfaces): void {
  const { current, cards } = networkOf(node);
  const all = new Map(written);
  // A bond takes its slaves up with itself.
  for (const { type, slaves } of written.values()) {
    for (const slave of type === "bond" && isTrue(slaves) ? String(slaves).split(/\s+/) : []) {
      const one = all.get(slave);
      if (one !== undefined) all.set(slave, { ...one, autostart: 1 });
    }
  }
  assertWritable(all);
  networks.set(node, { current, cards, written: readAll(all, cards) });
}

/** Takes what waits into use: what starts by itself comes up. */
export function applyInterfaces(node: LabNode): void {
  const { cards } = networkOf(node);
  const all = [...interfacesOf(node)].map(
    ([name, one]) => [name, one.autostart === 1 ? { ...one, active: 1 } : one] as const,
  );
  networks.set(node, { current: new Map(all), cards });
}

/** Forgets what waits. */
export function revertInterfaces(node: LabNode): void {
  const { current, cards } = networkOf(node);
  networks.set(node, { current, cards });
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

const SHOWN = ["gateway", "bridge_ports", "bridge_vids", "slaves", "bond_mode", "vlan-raw-device", "mtu"];

function linesOf(interfaces: Interfaces): string[] {
  return [...interfaces].flatMap(([name, one]) => [
    ...(one.autostart === 1 ? [`auto ${name}`] : []),
    `iface ${name} inet ${String(one.method)}`,
    ...(one.cidr === undefined ? [] : [`\taddress ${String(one.cidr)}`]),
    ...(one.cidr6 === undefined ? [] : [`\taddress ${String(one.cidr6)}`]),
    ...SHOWN.flatMap((key) =>
      one[key] === undefined ? [] : [`\t${key.replace("_", "-")} ${String(one[key]) || "none"}`],
    ),
    ...String(one.comments ?? "")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => `#${line}`),
  ]);
}

function networkOf(node: LabNode): Network {
  const known = networks.get(node) ?? usual(node);
  networks.set(node, known);
  return known;
}

/** Kinds of interfaces in the order of the file; those of one kind keep theirs. */
const KINDS: Readonly<Record<string, number>> = {
  ...{ loopback: 1, eth: 2, OVSPort: 2, OVSIntPort: 3, bond: 4, OVSBond: 4 },
  ...{ bridge: 5, OVSBridge: 5, vlan: 6 },
};
const LAST = 50_000;

function inFileOrder(all: Interfaces): readonly (readonly [string, Interface])[] {
  const kindOf = (name: string): number | undefined => {
    const [root = "", ...rest] = name.split(/[.:]/);
    const kind = KINDS[all.get(root)?.type ?? ""];
    return kind === undefined ? undefined : kind * 2 * LAST + rest.length;
  };
  return [...all].sort(([a, one], [b, other]) => {
    const [kind, otherKind] = [kindOf(a), kindOf(b)];
    const isKnown = kind !== undefined && otherKind !== undefined;
    const place = (isKnown ? kind : 0) + Number(one.priority ?? LAST);
    const otherPlace = (isKnown ? otherKind : 0) + Number(other.priority ?? LAST);
    return place - otherPlace || (a < b ? -1 : 1);
  });
}

/** All interfaces as they are read back; the places in the file make their priorities, from 2 on. */
function readAll(written: Interfaces, cards: readonly string[]): Interfaces {
  const read = new Map<string, Interface>();
  for (const [name, one] of inFileOrder(written)) {
    read.set(name, { ...readBack(name, one, cards.includes(name)), priority: read.size + 2 });
  }
  const idle = { type: "eth", families: ["inet"], method: "manual", method6: "manual", exists: 1 };
  for (const card of cards) if (!read.has(card)) read.set(card, idle);
  if (!read.has("lo")) read.set("lo", { ...LOOPBACK, priority: 1 });
  for (const [name, one] of read) {
    const below = one.type === "vlan" ? one["vlan-raw-device"] : /^(\S+):\d+$/.exec(name)?.[1];
    // Of a bridge or bond nobody noted whether it is a card.
    if (below !== undefined) read.set(name, { ...one, exists: read.get(String(below))?.exists ?? null });
  }
  return read;
}

const LOOPBACK = {
  ...{ type: "loopback", families: ["inet"], method: "loopback", method6: "manual" },
  ...{ autostart: 1, active: 1 },
};

/** Two cards bonded below the bridge that holds the node's address, and one card that is not in use. */
function usual(node: LabNode): Network {
  const idle = { families: ["inet"], method: "manual", method6: "manual" };
  const card = { type: "eth", ...idle, active: 1 };
  const bridge = {
    ...{ type: "bridge", families: ["inet"], method: "static", method6: "manual" },
    ...{ address: node.ip, netmask: "24", gateway: node.ip.replace(/\.\d+$/, ".1") },
    ...{ bridge_ports: "bond0", bridge_vlan_aware: 1 },
    ...{ active: 1, autostart: 1, comments: "guests and management\n" },
  };
  const bond = {
    ...{ type: "bond", ...idle, active: 1, autostart: 1 },
    ...{ slaves: "eno1 eno2", bond_mode: "802.3ad", bond_xmit_hash_policy: "layer2+3" },
  };
  const file = new Map<string, Interface>([
    ["lo", { ...LOOPBACK }],
    ["eno1", card],
    ["eno2", card],
    ["eno3", { type: "eth", ...idle }],
    ["bond0", bond],
    ["vmbr0", bridge],
  ]);
  const cards = ["eno1", "eno2", "eno3"];
  return { current: readAll(file, cards), cards };
}
