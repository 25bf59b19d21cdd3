import { splitList } from "../frame/params.ts";

/** An interface as the API answers it, without its name. */
export type Interface = Readonly<Record<string, unknown>> & { readonly type: string };

/** Interfaces by name, in the order of the file. */
export type Interfaces = ReadonlyMap<string, Interface>;

/** Never written as options of their own. */
const NOT_OPTIONS = new Set(
  [
    "type priority method active exists comments autostart address netmask gateway families",
    "method6 comments6 address6 netmask6 gateway6 cidr cidr6 uplink-id",
  ].flatMap((names) => names.split(" ")),
);
const VLANS = "2-4094";

/** Whether Perl takes a value for true. */
export function isTrue(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "" && value !== 0 && value !== "0";
}

/**
 * An interface as it is read back after it was written: each type writes its own options, and what no type knows of
 * is lost. (pve-common, src/PVE/Network/Interfaces.pm)
 */
export function readBack(name: string, given: Interface, isPhysical: boolean): Interface {
  const options = optionsOf(given);
  const families = given.families as readonly string[];
  return {
    ...(isPhysical ? { exists: 1 } : {}),
    ...(given.active === 1 ? { active: 1 } : {}),
    ...(isTrue(given.autostart) ? { autostart: 1 } : {}),
    ...(families.includes("inet") ? addressOf(given, "") : {}),
    ...(families.includes("inet6") ? addressOf(given, "6") : {}),
    ...commentsOf(given, families),
    ...ofType(name, options, isPhysical),
    families,
    method: families.includes("inet") ? String(given.method) : "manual",
    method6: families.includes("inet6") ? String(given.method6) : "manual",
  };
}

type Options = Readonly<Record<string, string | number>>;

function optionsOf(given: Interface): Options {
  const own =
    given.type === "bridge" ? bridgeOptions(given) : given.type === "bond" ? bondOptions(given) : {};
  const done: ReadonlySet<string> = new Set(Object.keys(own));
  const rest = Object.entries(given).filter(
    ([key, value]) => !NOT_OPTIONS.has(key) && !done.has(key) && isTrue(value),
  );
  const written: Record<string, string | number> = {};
  for (const [key, value] of [...Object.entries(own), ...rest]) {
    if (value === undefined) continue;
    written[key] = key === "bridge_vlan_aware" ? 1 : String(value);
  }
  for (const key of ["slaves", "bridge_ports"]) {
    if (written[key] !== undefined) written[key] = portsOf(written[key]).sort().join(" ");
  }
  return written;
}

function portsOf(text: unknown): string[] {
  return splitList(String(text)).filter((port) => port !== "none");
}

/** Options of a bridge; those that are undefined are not written. Asked for or denied, either way it knows of VLANs. */
function bridgeOptions(given: Interface): Readonly<Record<string, unknown>> {
  const isAware = given.bridge_vlan_aware !== undefined;
  return {
    bridge_ports: given.bridge_ports ?? "",
    bridge_stp: given.bridge_stp ?? "off",
    bridge_fd: given.bridge_fd ?? 0,
    bridge_vlan_aware: isAware ? 1 : undefined,
    bridge_vids: isAware ? (isTrue(given.bridge_vids) ? given.bridge_vids : VLANS) : undefined,
    mtu: isTrue(given.mtu) ? given.mtu : undefined,
  };
}

function bondOptions(given: Interface): Readonly<Record<string, unknown>> {
  const mode = isTrue(given.bond_mode) ? given.bond_mode : "balance-rr";
  const hashes = mode === "balance-xor" || mode === "802.3ad";
  const policy = isTrue(given.bond_xmit_hash_policy) ? given.bond_xmit_hash_policy : undefined;
  const primary = isTrue(given["bond-primary"]) ? given["bond-primary"] : undefined;
  return {
    slaves: given.slaves ?? "",
    bond_miimon: given.bond_miimon ?? 100,
    bond_mode: mode,
    bond_xmit_hash_policy: hashes ? policy : undefined,
    "bond-primary": mode === "active-backup" ? primary : undefined,
    mtu: isTrue(given.mtu) ? given.mtu : undefined,
  };
}

/** The type that name and options make; it is not written itself. */
function ofType(name: string, options: Options, isPhysical: boolean): Options & { readonly type: string } {
  if (options.bridge_ports !== undefined)
    return { bridge_stp: "off", bridge_fd: "0", ...options, type: "bridge" };
  if (/^bond\d+$/.test(name)) return { ...options, type: "bond" };
  if (/:\d+$/.test(name)) return { ...options, type: "alias" };
  const [, device, tag] = /^(\S+)\.(\d+)$/.exec(name) ?? [];
  if (device !== undefined && tag !== undefined) {
    return { "vlan-raw-device": device, ...options, "vlan-id": tag, type: "vlan" };
  }
  if (options["vlan-raw-device"] !== undefined) {
    const own = /^vlan(\d+)$/.exec(name)?.[1];
    return { ...options, ...(own === undefined ? {} : { "vlan-id": own }), type: "vlan" };
  }
  if (isPhysical || /^(?:eth\d+|en[^:.]+|ib[^:.]+|(?:nic|if)\d+)$/.test(name))
    return { ...options, type: "eth" };
  return { ...options, type: name === "lo" ? "loopback" : "unknown" };
}

/** An address is read in both forms, whichever it was written in. */
function addressOf(given: Interface, six: "" | "6"): Readonly<Record<string, string>> {
  const gateway = given[`gateway${six}`];
  const found: Record<string, string> = isTrue(gateway) ? { [`gateway${six}`]: String(gateway) } : {};
  const whole = given[`address${six}`] ?? given[`cidr${six}`];
  if (!isTrue(whole)) return found;
  const [address = "", inside] = String(whole).split("/");
  const mask = inside ?? given[`netmask${six}`];
  found[`address${six}`] = address;
  const bits = isTrue(mask) ? bitsOf(String(mask)) : undefined;
  if (bits !== undefined) found[`netmask${six}`] = bits;
  found[`cidr${six}`] = `${address}/${bits ?? (six === "" ? "32" : "128")}`;
  return found;
}

/** `24` for `255.255.255.0`. */
function bitsOf(mask: string): string {
  if (!mask.includes(".")) return mask;
  const ones = mask.split(".").map((part) => Number(part).toString(2).replaceAll("0", "").length);
  return String(ones.reduce((sum, each) => sum + each, 0));
}

function commentsOf(given: Interface, families: readonly string[]): { comments?: string } {
  const onlySix = families.length === 1 && families[0] === "inet6";
  const texts = [given.comments, families.includes("inet6") && !onlySix ? given.comments6 : undefined];
  const lines = texts.flatMap((text) => (isTrue(text) ? String(text).replace(/\n+$/, "").split("\n") : []));
  return lines.length === 0 ? {} : { comments: `${lines.map((line) => line.trimEnd()).join("\n")}\n` };
}
