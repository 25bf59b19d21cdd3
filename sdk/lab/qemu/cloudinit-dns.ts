import type { GuestConfig, LabNode } from "../types.ts";

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
