import type { GuestConfig, LabNode } from "../types.ts";
import { type Properties, parseProperties } from "./property-string.ts";

/** Name servers and search domains for a VM: each its own, else the node's. Blanks alone separate. */
export function dnsOf(
  config: GuestConfig,
  { dns }: LabNode,
): { readonly domains: readonly string[]; readonly servers: readonly string[] } {
  const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== "");
  const servers = config.get("nameserver");
  return {
    domains: words(config.get("searchdomain") ?? dns.search),
    servers: servers === undefined ? dns.servers : words(servers),
  };
}

/** Number of bits as a dotted mask. */
export function netmask(bits: number): string {
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join(".");
}

/** An `ipconfigN` taken apart. A gateway that goes with no address of its own spoils all of it; nothing at all means DHCP. */
export function addressesOf(text: string): Properties {
  const ip = parseProperties(text, {});
  const six = ip.get("ip6");
  if (ip.has("gw") && (!ip.has("ip") || ip.get("ip") === "dhcp")) return new Map();
  if (ip.has("gw6") && (six === undefined || !six.includes(":"))) return new Map();
  if (ip.has("ip") || ip.has("ip6")) return ip;
  return new Map([
    ["ip", "dhcp"],
    ["ip6", "dhcp"],
  ]);
}
