import { isIP, isIPv6 } from "node:net";
import { isIp } from "./common.ts";
import { byPattern, type FormatTable, readIn, when } from "./types.ts";

const FIREWALL = "pve-firewall, src/PVE/Firewall.pm";
const ALIAS = /^(?:dc\/|guest\/)?[A-Za-z][A-Za-z0-9_-]+\n?$/;
const HIGHEST_PORT = 65_535;
const MOST_PORTS = 15;

/** Names of `/etc/protocols` on a node. */
const PROTOCOLS: ReadonlySet<string> = new Set(
  (
    "ip hopopt icmp igmp ggp ipencap st tcp egp igp pup udp hmp xns-idp rdp iso-tp4 dccp xtp ddp " +
    "idpr-cmtp ipv6 ipv6-route ipv6-frag idrp rsvp gre esp ah skip ipv6-icmp ipv6-nonxt ipv6-opts " +
    "rspf vmtp eigrp ospf ax.25 ipip etherip encap pim ipcomp vrrp l2tp isis sctp fc mobility-header " +
    "udplite mpls-in-ip manet hip shim6 wesp rohc icmpv6"
  ).split(" "),
);

/** Protocols whose connections the kernel can follow. */
const HELPERS: ReadonlySet<string> = new Set("amanda ftp irc netbios-ns pptp sane sip snmp tftp".split(" "));

/** What Net::IP has against a prefix is told in its own words. */
function checkIpOrCidr(value: string): string | undefined {
  const version = isIP(value.replace(/(?:\/\d+)?\n?$/, ""));
  if (version === 0) return "value does not look like a valid IP address or CIDR network";
  const prefix = /\/(\d+)\n?$/.exec(value)?.[1];
  const isLong = prefix !== undefined && Number(prefix) > (version === 4 ? 32 : 128);
  return isLong ? `Invalid prefix length /${prefix}` : undefined;
}

function checkPortRange(first: number, last: number): string | undefined {
  for (const port of [first, last]) if (port > HIGHEST_PORT) return `invalid port '${port}'`;
  if (first <= last) return undefined;
  return `backwards range '${first}:${last}' not allowed, did you mean '${last}:${first}'?`;
}

/** Ports, ranges and names of services; names are left to the node. */
function checkPorts(value: string): string | undefined {
  if (/,$|^,+$/.test(value)) return "extraneous commas in list";
  let numbers = 0;
  for (const item of value.split(",")) {
    const range = /^([0-9]+)(?::([0-9]+))?\n?$/.exec(item);
    if (range === null) continue;
    numbers += range[2] === undefined ? 1 : 2;
    const fault = checkPortRange(Number(range[1]), Number(range[2] ?? range[1]));
    if (fault !== undefined) return fault;
  }
  return numbers > MOST_PORTS ? `too many entries in port list (> ${MOST_PORTS} numbers)` : undefined;
}

function isHostAndPort(value: string): boolean {
  const bracketed = /^\[([^\]]+)\](?::\d+)?\n?$/.exec(value)?.[1];
  if (bracketed !== undefined) return isIp(bracketed) || /^[\p{Alphabetic}\p{N}.-]+$/u.test(bracketed);
  return /^[\p{Alphabetic}\p{N}.-]+(?::\d+)?\n?$/u.test(value) || isIPv6(value.replace(/(?:\.\d+)?\n?$/, ""));
}

/** Formats of addresses, ports and protocols outside the schema module. */
export const networkFormats: FormatTable = {
  ...readIn(FIREWALL, {
    IPorCIDR: checkIpOrCidr,
    IPorCIDRorAlias: (value) => (ALIAS.test(value) ? undefined : checkIpOrCidr(value)),
    "pve-fw-sport-spec": checkPorts,
    "pve-fw-dport-spec": checkPorts,
  }),
  "pve-fw-conntrack-helper": {
    origin: FIREWALL,
    exact: (value: string) => {
      if (/,$/.test(value)) return "extraneous commas in list";
      const unknown = value.split(",").find((helper) => helper !== "" && !HELPERS.has(helper));
      return unknown === undefined
        ? undefined
        : `unknown helper ${unknown} at /usr/share/perl5/PVE/Firewall.pm line 1390.`;
    },
  },
  "pve-fw-protocol-spec": {
    origin: FIREWALL,
    exact: when(
      (value) => value === "" || /^(?:[01]?\d?\d|2[0-4]\d|25[0-5])$/.test(value) || PROTOCOLS.has(value),
      (value) => `unknown protocol '${value}'`,
    ),
  },
  ...readIn("pve-cluster, src/PVE/DataCenterConfig.pm", {
    "mac-prefix": byPattern(
      /^[a-f0-9][02468ace](?::[a-f0-9]{2}){0,2}:?\n?$/i,
      "value is not a valid unicast MAC address prefix",
    ),
  }),
  "pve-sdn-dhcp-range": {
    origin: "pve-network, src/PVE/Network/SDN/SubnetPlugin.pm",
    fields: { "start-address": { type: "string" }, "end-address": { type: "string" } },
  },
  ...readIn("pve-manager, PVE/Status/Graphite.pm", {
    "graphite-path": byPattern(
      /^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\n?$/i,
      "value does not look like a valid graphite path",
    ),
  }),
  ...readIn("pve-common, src/PVE/Tools.pm", {
    "pve-storage-portal-dns": when(isHostAndPort, "value does not look like a valid portal address"),
  }),
};
