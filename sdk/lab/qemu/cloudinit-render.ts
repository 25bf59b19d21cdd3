import { createHash } from "node:crypto";
import { splitList } from "../frame/params.ts";
import type { Random } from "../random.ts";
import type { GuestConfig, LabNode } from "../types.ts";
import { parseNet } from "./net.ts";
import { parseProperties } from "./property-string.ts";
import { decodeKeys } from "./ssh-keys.ts";

/** For whom cloud-init data are made. */
export interface CloudInitContext {
  readonly vmid: number;
  readonly node: LabNode;
  readonly random: Random;
}

/** The `user-data` of a VM. */
export function userData(config: GuestConfig, context: CloudInitContext, hidePassword: boolean): string {
  const host = hostName(config, context);
  const lines = ["#cloud-config", `hostname: ${host.name}`, "manage_etc_hosts: true", `fqdn: ${host.fqdn}`];
  const user = config.get("ciuser");
  if (user !== undefined) lines.push(`user: ${user}`);
  if (user === "root") lines.push("disable_root: False");
  const password = config.get("cipassword");
  if (password !== undefined) lines.push(`password: ${hidePassword ? "**********" : password}`);
  const keys = config.get("sshkeys");
  if (keys !== undefined) {
    lines.push("ssh_authorized_keys:");
    for (const key of decodeKeys(keys).split("\n")) if (key.trim() !== "") lines.push(`  - ${key.trim()}`);
  }
  lines.push("chpasswd:", "  expire: False");
  if (user !== "root") lines.push("users:", "  - default");
  if (config.get("ciupgrade") !== "0") lines.push("package_upgrade: true");
  return `${lines.join("\n")}\n`;
}

function hostName(config: GuestConfig, context: CloudInitContext): { name: string; fqdn: string } {
  const full = config.get("name") ?? `VM${context.vmid}`;
  const name = full.split(".")[0] ?? full;
  if (full.includes(".")) return { name, fqdn: full };
  const domain = splitList(dns(config, context).search)[0];
  return { name, fqdn: domain === undefined ? name : `${name}.${domain}` };
}

/** Name servers and search domain: the VM's own, else the node's. */
function dns(config: GuestConfig, context: CloudInitContext): { search: string; servers: readonly string[] } {
  const servers = config.get("nameserver");
  const search = config.get("searchdomain");
  if (servers === undefined && search === undefined) return context.node.dns;
  return { search: search ?? "", servers: splitList(servers ?? "") };
}

/** The `network-config` of a VM, version 1. */
export function networkData(config: GuestConfig, context: CloudInitContext): string {
  const lines = ["version: 1", "config:"];
  const nets = [...config].filter(([name]) => /^net\d+$/.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, value] of nets) {
    const id = name.slice("net".length);
    const ip = config.get(`ipconfig${id}`);
    if (ip === undefined) continue;
    lines.push(
      "    - type: physical",
      `      name: eth${id}`,
      `      mac_address: '${parseNet(value, context.random).macaddr.toLowerCase()}'`,
      "      subnets:",
      ...subnets(ip).map((line) => `      ${line}`),
    );
  }
  const { servers, search } = dns(config, context);
  if (servers.length === 0 && search === "") return `${lines.join("\n")}\n`;
  lines.push("    - type: nameserver");
  if (servers.length > 0) lines.push("      address:", ...servers.map((one) => `      - '${one}'`));
  const domains = splitList(search);
  if (domains.length > 0) lines.push("      search:", ...domains.map((one) => `      - '${one}'`));
  return `${lines.join("\n")}\n`;
}

function subnets(text: string): readonly string[] {
  const ip = parseProperties(text, {});
  const lines: string[] = [];
  const v4 = ip.get("ip");
  if (v4 === "dhcp") lines.push("- type: dhcp4");
  else if (v4 !== undefined) {
    const [address = "", bits = "32"] = v4.split("/");
    lines.push("- type: static", `  address: '${address}'`, `  netmask: '${netmask(Number(bits))}'`);
    if (ip.has("gw")) lines.push(`  gateway: '${ip.get("gw")}'`);
  }
  const v6 = ip.get("ip6");
  if (v6 === "dhcp") lines.push("- type: dhcp6");
  else if (v6 === "auto") lines.push("- type: ipv6_slaac");
  else if (v6 !== undefined) {
    lines.push("- type: static6", `  address: '${v6}'`);
    if (ip.has("gw6")) lines.push(`  gateway: '${ip.get("gw6")}'`);
  }
  return lines;
}

function netmask(bits: number): string {
  const mask = bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
  return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 0xff).join(".");
}

/** The `meta-data` of a VM: an id that changes with the rest. */
export function metaData(config: GuestConfig, context: CloudInitContext): string {
  const content = userData(config, context, false) + networkData(config, context);
  return `instance-id: ${createHash("sha1").update(content).digest("hex")}\n`;
}
