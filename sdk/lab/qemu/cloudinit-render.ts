import { createHash } from "node:crypto";
import type { Random } from "../random.ts";
import type { GuestConfig, LabNode } from "../types.ts";
import { driveMetaData, interfacesData, isConfigDrive } from "./cloudinit-configdrive.ts";
import { addressesOf, dnsOf, netmask } from "./cloudinit-dns.ts";
import { parseNet } from "./net.ts";
import { decodeKeys } from "./ssh-keys.ts";

/** For whom cloud-init data are made. */
export interface CloudInitContext {
  readonly vmid: number;
  readonly node: LabNode;
  readonly random: Random;
}

/** The `user-data` of a VM. */
export function userData(config: GuestConfig, context: CloudInitContext, hidePassword: boolean): string {
  const host = hostName(config, context.vmid);
  const lines = ["#cloud-config", `hostname: ${host.name}`, "manage_etc_hosts: true", `fqdn: ${host.fqdn}`];
  const user = config.get("ciuser");
  if (user !== undefined) lines.push(`user: ${user}`);
  if (user === "root") lines.push("disable_root: False");
  const password = config.get("cipassword");
  if (password !== undefined) lines.push(`password: ${hidePassword ? "**********" : password}`);
  const keys = config.get("sshkeys");
  if (keys !== undefined) {
    lines.push("ssh_authorized_keys:");
    for (const key of decodeKeys(keys).split("\n")) if (key.trim() !== "") lines.push(`  - ${key}`);
  }
  lines.push("chpasswd:", "  expire: False");
  if (user !== "root") lines.push("users:", "  - default");
  if (config.get("ciupgrade") !== "0") lines.push("package_upgrade: true");
  return `${lines.join("\n")}\n`;
}

function hostName(config: GuestConfig, vmid: number): { name: string; fqdn: string } {
  const full = config.get("name") ?? `VM${vmid}`;
  const name = full.split(".")[0] ?? full;
  if (full.includes(".")) return { name, fqdn: full };
  const domain = config.get("searchdomain")?.trim();
  return { name, fqdn: domain ? `${name}.${domain}` : name };
}

/** The network of a VM: a `network-config` of version 1, or what is on a configuration drive in its place. */
export function networkData(config: GuestConfig, context: CloudInitContext): string {
  if (isConfigDrive(config)) return interfacesData(config, context.node);
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
  const { servers, domains } = dnsOf(config, context.node);
  lines.push("    - type: nameserver");
  if (servers.length > 0) lines.push("      address:", ...servers.map((one) => `      - '${one}'`));
  if (domains.length > 0) lines.push("      search:", ...domains.map((one) => `      - '${one}'`));
  return `${lines.join("\n")}\n`;
}

function subnets(text: string): readonly string[] {
  const ip = addressesOf(text);
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

/** The `meta-data` of a VM: an id that changes with the rest. */
export function metaData(config: GuestConfig, context: CloudInitContext): string {
  const content = userData(config, context, false) + networkData(config, context);
  if (isConfigDrive(config)) return driveMetaData(content);
  return `instance-id: ${createHash("sha1").update(content).digest("hex")}\n`;
}
