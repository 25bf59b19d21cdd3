import { createHash } from "node:crypto";
import type { GuestConfig, LabNode } from "../types.ts";
import { addressesOf, dnsOf, netmask } from "./cloudinit-dns.ts";
import { windowsVersion } from "./machine.ts";

/** Whether the data are those of a configuration drive: asked for by `citype`, or the default for Windows. */
export function isConfigDrive(config: GuestConfig): boolean {
  const type = config.get("citype");
  return type === undefined ? windowsVersion(config.get("ostype")) > 0 : type !== "nocloud";
}

/** The network as `/etc/network/interfaces` says it. */
export function interfacesData(config: GuestConfig, node: LabNode): string {
  const lines = ["auto lo", "iface lo inet loopback", ""];
  const { servers, domains } = dnsOf(config, node);
  if (servers.length > 0) lines.push(`        dns_nameservers ${servers.join(" ")}`);
  if (domains.length > 0) lines.push(`        dns_search ${domains.join(" ")}`);
  for (const name of [...config.keys()].filter((key) => /^net\d+$/.test(key)).sort()) {
    const text = config.get(`ipconfig${name.slice("net".length)}`);
    if (text !== undefined) lines.push(...device(`eth${name.slice("net".length)}`, text));
  }
  return `${lines.join("\n")}\n`;
}

function device(name: string, text: string): readonly string[] {
  const ip = addressesOf(text);
  const lines = [`auto ${name}`];
  const fixed = (family: string, address: string, mask: string, gateway: string | undefined): void => {
    lines.push(`iface ${name} ${family} static`, `        address ${address}`, `        netmask ${mask}`);
    if (gateway !== undefined) lines.push(`        gateway ${gateway}`);
  };
  const v4 = ip.get("ip");
  const [address = "", bits = ""] = v4?.split("/") ?? [];
  if (v4 === "dhcp") lines.push(`iface ${name} inet dhcp`);
  else if (v4 !== undefined) fixed("inet", address, netmask(Number(bits)), ip.get("gw"));
  const v6 = ip.get("ip6");
  const [address6 = "", bits6 = ""] = v6?.split("/") ?? [];
  if (v6 === "dhcp" || v6 === "auto") lines.push(`iface ${name} inet6 ${v6}`);
  else if (v6 !== undefined) fixed("inet6", address6, bits6, ip.get("gw6"));
  return lines;
}

/** The `meta_data.json` over the other data. */
export function driveMetaData(content: string): string {
  const uuid = createHash("sha1").update(content).digest("hex");
  return `{\n     "uuid": "${uuid}",\n     "network_config": { "content_path": "/content/0000" }\n}\n`;
}
