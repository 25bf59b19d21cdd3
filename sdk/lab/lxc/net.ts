import { type Properties, parseProperties } from "../qemu/property-string.ts";
import type { Random } from "../random.ts";

const SHAPE = { booleans: new Set(["firewall", "host-managed", "link_down"]) } as const;

/** Reads a `netN`; one without a MAC address gets a random one. */
export function parseNet(text: string, random: Random): Properties {
  const net = parseProperties(text, SHAPE);
  net.set("type", "veth");
  if (!net.has("hwaddr")) net.set("hwaddr", random.mac());
  return net;
}

/** The device as the configuration file has it: its name first, the rest in alphabetical order. */
export function printNet(net: Properties): string {
  const rank = (key: string): number => (key === "name" ? 0 : 1);
  return [...net]
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(",");
}
