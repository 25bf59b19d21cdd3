import type { Look, Row } from "./look.ts";
import { type Found, listed, type Probe, together, type Write, writes } from "./probe.ts";

/** The interface over which a node is reached, where its network is changed or applied. */
export const managementInterface: Probe = {
  kind: "management_interface",
  what: "management interface",
  look(plan, look) {
    const changes = writes(plan).filter(({ path }) => path.startsWith("/nodes/{node}/network"));
    return changes.length === 0 ? undefined : together(changes.map((change) => onNode(change, look)));
  },
};

async function onNode({ path, params }: Write, look: Look): Promise<Found> {
  const node = params.get("node") ?? "";
  const what = `the management interface of ${node}`;
  const [status, network] = await Promise.all([
    look.rows("/cluster/status"),
    look.rows("/nodes/{node}/network", { node }),
  ]);
  if (network.kind !== "seen") {
    return { affected: [], unseen: [network.kind === "unseen" ? `${what} (${network.why})` : what] };
  }
  const address = status.kind === "seen" ? addressOf(status.value, node) : undefined;
  const carrier = carrierOf(network.value, address);
  if (carrier === undefined)
    return { affected: [], unseen: [`${what}: no interface shows the node's address`] };
  const chain = below(carrier, network.value);
  const iface = params.get("iface");
  if (path === "/nodes/{node}/network") {
    const text = `pending changes take effect, also for what carries the management address ${addressIn(carrier)} of ${node}; a mistake cuts the node off`;
    return { affected: [{ text, objects: [...chain], total: chain.size }], unseen: [] };
  }
  if (iface === undefined || !chain.has(iface)) return { affected: [], unseen: [] };
  const text = `${iface} is part of what carries the management address ${addressIn(carrier)} of ${node}; once applied, a mistake cuts the node off`;
  return { affected: [{ text, objects: [...chain], total: chain.size }], unseen: [] };
}

function addressOf(rows: readonly Row[], node: string): string | undefined {
  const own = rows.find(({ type, name }) => type === "node" && name === node);
  return typeof own?.ip === "string" && own.ip !== "" ? own.ip : undefined;
}

/** The interface with the node's address; the one with the gateway where the address is not known. */
function carrierOf(interfaces: readonly Row[], address: string | undefined): Row | undefined {
  const carries = (one: Row) =>
    [one.address, one.cidr, one.address6, one.cidr6].some(
      (own) => String(own ?? "").split("/")[0] === address,
    );
  const named = address === undefined ? undefined : interfaces.find(carries);
  return named ?? interfaces.find(({ gateway }) => typeof gateway === "string" && gateway !== "");
}

function addressIn({ cidr, address, cidr6 }: Row): string {
  return String(cidr ?? address ?? cidr6 ?? "");
}

/** An interface and those that it is made of: ports of a bridge, members of a bond, the device of a VLAN. */
function below(carrier: Row, interfaces: readonly Row[]): ReadonlySet<string> {
  const chain = new Set<string>();
  const waiting = [carrier];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const name = String(next.iface);
    if (chain.has(name)) continue;
    chain.add(name);
    const parts = [next.bridge_ports, next.slaves, next["vlan-raw-device"], next.ovs_bonds, next.ovs_ports];
    const names = parts.flatMap((part) => listed(part));
    waiting.push(...interfaces.filter(({ iface }) => names.includes(String(iface))));
    const [device] = name.includes(".") ? name.split(".") : [];
    if (device !== undefined) waiting.push(...interfaces.filter(({ iface }) => iface === device));
  }
  return chain;
}
