import type { LabGuest, LabRequest } from "../types.ts";
import { findContainer, hasSystem, vmidOf } from "./container.ts";
import { parseNet } from "./net.ts";

interface Address {
  readonly family: "inet" | "inet6";
  readonly ip: string;
  readonly prefix: number;
}

/** GET interfaces: null for one that does not run, or does not exist. */
export function interfaces(request: LabRequest): unknown {
  const { lab, node } = request;
  const guest = findContainer(lab, node.name, vmidOf(request));
  if (guest?.runtime === undefined) return null;
  const system = hasSystem(lab, guest);
  const loopback: readonly Address[] = [
    { family: "inet", ip: "127.0.0.1", prefix: 8 },
    { family: "inet6", ip: "::1", prefix: 128 },
  ];
  const cards = [...guest.runtime.config]
    .filter(([key]) => /^net\d+$/.test(key))
    .sort(([a], [b]) => Number(a.slice(3)) - Number(b.slice(3)))
    .map(([, value]) => parseNet(value, lab.random))
    .map((net) => {
      const addresses = system ? addressesOf(guest, net) : [];
      return entry(net.get("name") ?? "eth0", (net.get("hwaddr") ?? "").toLowerCase(), addresses);
    });
  return [entry("lo", "00:00:00:00:00:00", system ? loopback : []), ...cards];
}

/** Configured addresses; DHCP hands out one by VMID. */
function addressesOf({ vmid }: LabGuest, net: ReadonlyMap<string, string>): readonly Address[] {
  const found: Address[] = [];
  for (const [key, family] of [
    ["ip", "inet"],
    ["ip6", "inet6"],
  ] as const) {
    const text = net.get(key);
    const dynamic = text === "dhcp" || text === "auto";
    const given = dynamic ? leased(family, vmid) : text;
    const [ip = "", prefix] = (given ?? "").split("/");
    if (prefix !== undefined) found.push({ family, ip, prefix: Number(prefix) });
  }
  return found;
}

function leased(family: Address["family"], vmid: number): string {
  return family === "inet" ? `198.51.100.${(vmid % 200) + 20}/24` : `2001:db8::${vmid.toString(16)}/64`;
}

function entry(name: string, hwaddr: string, addresses: readonly Address[]): Record<string, unknown> {
  return {
    name,
    hwaddr,
    "hardware-address": hwaddr,
    ...Object.fromEntries(addresses.map(({ family, ip, prefix }) => [family, `${ip}/${prefix}`])),
    "ip-addresses": addresses.map(({ family, ip, prefix }) => ({
      "ip-address": ip,
      prefix,
      "ip-address-type": family,
    })),
  };
}
