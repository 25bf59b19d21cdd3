import { isIPv4, isIPv6 } from "node:net";
import { byPattern, type FormatCheck, type FormatTable, readIn, when } from "./types.ts";

function cidrOf(isAddress: (text: string) => boolean, bits: number): (value: string) => boolean {
  return (value) => {
    const match = /^(.+)\/(\d+)\n?$/.exec(value);
    if (match?.[1] === undefined) return false;
    const mask = Number(match[2]);
    return isAddress(match[1]) && mask > 7 && mask <= bits;
  };
}

export const isCidrV4 = cidrOf(isIPv4, 32);
export const isCidrV6 = cidrOf(isIPv6, 128);
export const isIp = (value: string): boolean => isIPv4(value) || isIPv6(value);

const LABEL = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
export const DNS_NAME = new RegExp(`^(?:${LABEL}\\.)*${LABEL}\\n?$`);
const EMAIL_USER = "[\\p{L}\\p{M}\\p{N}\\p{Pc}+-]+(?:\\.[\\p{L}\\p{M}\\p{N}\\p{Pc}+-]+)*";
const EMAIL = new RegExp(`^${EMAIL_USER}@${LABEL}(?:\\.${LABEL})*\\n?$`, "u");

/** `size` with an optional unit, as the storage layer reads it. */
export const DISK_SIZE = /^\d+(?:\.\d+)?[KMGT]?\n?$/;

function checkVlanOrRange(value: string): string | undefined {
  const match = /^(\d+)(?:-(\d+))?\n?$/.exec(value);
  if (match === null) return `invalid VLAN configuration '${value}'`;
  const start = Number(match[1]);
  const end = Number(match[2] ?? start);
  for (const tag of [start, end]) if (tag < 2 || tag > 4094) return `invalid VLAN tag '${tag}'`;
  if (match[2] !== undefined && start >= end) {
    return `VLAN range must go from lower to higher tag '${value}'`;
  }
  return undefined;
}

function isStartupOrder(value: string): boolean {
  if (value === "" || value === "0") return false;
  return value
    .split(",")
    .every((part) => /^\s*$/u.test(part) || /^(?:(?:order=)?|up=|down=)\d+\n?$/.test(part));
}

const ID = "[a-zA-Z][a-zA-Z0-9._-]*[a-zA-Z0-9]";

/** An ID map: `1`, one default target, or `source:target` entries. */
function idPairs(idCheck: FormatCheck): FormatCheck {
  return (value) => {
    for (const entry of value.split(/[,;\s]+/u).filter((part) => part !== "")) {
      if (entry === "1") continue;
      const pair = /^([^:]+):([^:]+)\n?$/.exec(entry);
      for (const id of pair === null ? [entry] : [pair[1] ?? "", pair[2] ?? ""]) {
        const fault = idCheck(id);
        if (fault !== undefined) return `entry '${entry}' contains invalid ID - ${fault}\n`;
      }
    }
    return undefined;
  };
}

export const checkStorageId = byPattern(
  new RegExp(`^${ID}\\n?$`),
  (value) => `storage ID '${value}' contains illegal characters`,
);
export const checkBridgeId = byPattern(
  /^[-.\p{L}\p{M}\p{N}\p{Pc}]+\n?$/u,
  (value) => `invalid bridge ID '${value}'`,
);
export const checkConfigId = byPattern(
  /^[a-zA-Z][a-zA-Z0-9_-]+\n?$/,
  (value) => `invalid configuration ID '${value}'`,
);

/** Dotted IPv4 netmasks. */
const NETMASKS = new Set(
  Array.from({ length: 33 }, (_, bits) =>
    [0, 8, 16, 24].map((from) => 256 - 2 ** (8 - Math.min(8, Math.max(0, bits - from)))).join("."),
  ),
);

/** Formats that the schema module itself registers. */
export const commonFormats: FormatTable = readIn("pve-common, src/PVE/JSONSchema.pm", {
  string: () => undefined,
  urlencoded: byPattern(/^[-%a-zA-Z0-9_.!~*'()]*\n?$/, (value) => `invalid urlencoded string: ${value}`),
  "pve-configid": checkConfigId,
  "pve-storage-id": checkStorageId,
  "pve-bridge-id": checkBridgeId,
  "acme-plugin-id": byPattern(
    new RegExp(`^${ID}\\n?$`),
    (value) => `ACME plugin ID '${value}' contains illegal characters`,
  ),
  "pve-vmid": byPattern(/^[1-9][0-9]{2,8}\n?$/, "value does not look like a valid VM ID"),
  "pve-node": byPattern(new RegExp(`^${LABEL}\\n?$`), "value does not look like a valid node name"),
  "storage-pair": idPairs(checkStorageId),
  "bridge-pair": idPairs(checkBridgeId),
  "mac-addr": byPattern(
    /^[a-f0-9][02468ace](?::[a-f0-9]{2}){5}\n?$/i,
    "value does not look like a valid unicast MAC address",
  ),
  ipv4: when(isIPv4, "value does not look like a valid IPv4 address"),
  ipv6: when(isIPv6, "value does not look like a valid IPv6 address"),
  ip: when(isIp, "value does not look like a valid IP address"),
  ipv4mask: when((value) => NETMASKS.has(value), "value does not look like a valid IP netmask"),
  CIDRv4: when(isCidrV4, "value does not look like a valid IPv4 CIDR network"),
  CIDRv6: when(isCidrV6, "value does not look like a valid IPv6 CIDR network"),
  CIDR: when((value) => isCidrV4(value) || isCidrV6(value), "value does not look like a valid CIDR network"),
  "pve-ipv4-config": when(
    (value) => /^(?:dhcp|manual)\n?$/.test(value) || isCidrV4(value),
    "value does not look like a valid ipv4 network configuration",
  ),
  "pve-ipv6-config": when(
    (value) => /^(?:auto|dhcp|manual)\n?$/.test(value) || isCidrV6(value),
    "value does not look like a valid ipv6 network configuration",
  ),
  "ldap-simple-attr": byPattern(
    /^[a-zA-Z0-9]+\n?$/,
    (value) => `value '${value}' does not look like a simple ldap attribute name`,
  ),
  email: byPattern(EMAIL, "value does not look like a valid email address"),
  "email-or-username": when(
    (value) => EMAIL.test(value) || new RegExp(`^${EMAIL_USER}\\n?$`, "u").test(value),
    "value does not look like a valid email address or user name",
  ),
  "dns-name": byPattern(DNS_NAME, "value does not look like a valid DNS name"),
  "pve-iface": byPattern(
    /^[a-z][a-z0-9_]{1,20}(?:[:.]\p{Nd}+)?\n?$/iu,
    (value) => `invalid network interface name '${value}'`,
  ),
  "pve-vlan-id-or-range": checkVlanOrRange,
  address: when(
    (value) => isIp(value) || DNS_NAME.test(value),
    (value) => `value does not look like a valid address: ${value}`,
  ),
  "disk-size": byPattern(DISK_SIZE, (value) => `value does not look like a valid disk size: ${value}`),
  "pve-startup-order": when(isStartupOrder, "unable to parse startup options"),
  "pve-tag": byPattern(/^[a-z0-9_][a-z0-9_\-+.]*\n?$/iu, "invalid characters in tag"),
  "pve-task-status-type": byPattern(
    /^(?:ok|error|warning|unknown)\n?$/i,
    (value) => `invalid status '${value}'`,
  ),
});
