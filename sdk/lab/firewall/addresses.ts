import { isIP } from "node:net";

const NAME = "[A-Za-z][A-Za-z0-9\\-_]+";
const ALIAS = new RegExp(`^(dc/|guest/)?(${NAME})$`);
const LONGEST_NAME = 64;

/** An alias with its scope taken off; undefined where the text is no name. */
export function aliasRef(text: string): { readonly scope: string; readonly name: string } | undefined {
  const match = ALIAS.exec(text);
  return match === null ? undefined : { scope: match[1] ?? "", name: match[2] ?? "" };
}

/** An IP set with its scope taken off; undefined where what follows the plus is no name. */
export function ipsetRef(text: string): { readonly scope: string; readonly name: string } | undefined {
  const match = new RegExp(`^\\+(guest/|dc/|sdn/)?(${NAME})$`).exec(text);
  return match === null ? undefined : { scope: match[1] ?? "", name: match[2] ?? "" };
}

/** An address or network without the prefix that says nothing; undefined where it is neither. */
export function normalCidr(text: string): { readonly cidr: string; readonly version: 4 | 6 } | undefined {
  const [, address = "", prefix] = /^([^/]+)(\/\d+)?$/.exec(text) ?? [];
  const version = isIP(address);
  if (version !== 4 && version !== 6) return undefined;
  return { cidr: prefix === (version === 4 ? "/32" : "/128") ? address : text, version };
}

/** A network without the bits behind its prefix; an address as it is. (pve-firewall, src/PVE/Firewall.pm: clean_cidr) */
export function cleanCidr(text: string): string {
  const [address = "", prefix] = text.split("/");
  const version = isIP(address);
  if (prefix === undefined || Number(prefix) === 0 || version === 0) return text;
  const width = version === 4 ? 32 : 128;
  const rest = BigInt(Math.max(0, width - Number(prefix)));
  return `${numberAddress((addressNumber(address) >> rest) << rest, toVersion(version))}/${prefix}`;
}

/** A number as the address that it is. */
function numberAddress(value: bigint, version: 4 | 6): string {
  const [count, size] = version === 4 ? [4, 8n] : [8, 16n];
  const parts = Array.from({ length: count }, (_, index) => {
    const part = (value >> (size * BigInt(count - 1 - index))) & ((1n << size) - 1n);
    return part.toString(version === 4 ? 10 : 16);
  });
  return version === 4 ? parts.join(".") : new URL(`http://[${parts.join(":")}]`).hostname.slice(1, -1);
}

/** What an address list comes to: the IP version of what is in it, or the fault. */
export type AddressList = { readonly version?: 4 | 6 } | { readonly fault: string };

/** Checks sources and destinations of rules. (pve-firewall, src/PVE/Firewall.pm: parse_address_list) */
export function checkAddresses(text: string): AddressList {
  if (/^\+\S+$/.test(text)) return text.length > LONGEST_NAME + 1 ? { fault: "ipset name too long" } : {};
  if (aliasRef(text) !== undefined) return text.length > LONGEST_NAME ? { fault: "alias name too long" } : {};
  if (/,$|^,+$/.test(text)) return { fault: "extraneous commas in list" };
  let version: 4 | 6 | undefined;
  let ranges = 0;
  const items = text.split(",");
  for (const item of items) {
    const found = versionOf(item);
    if (typeof found === "string") return { fault: `invalid IP address: ${found}` };
    if (item.includes("-")) ranges += 1;
    if (version !== undefined && found !== version)
      return { fault: `detected mixed ipv4/ipv6 addresses in address list '${text}'` };
    version = found;
  }
  if (ranges > 0 && items.length > 1) return { fault: "you can't use a range in a list" };
  return version === undefined ? {} : { version };
}

/** The IP version of an address, network or range; else what is wrong with it, as Net::IP says it. */
function versionOf(item: string): 4 | 6 | string {
  const [first = "", last, more] = item.split(/\s*-\s*/);
  if (last !== undefined && more === undefined) {
    return versionOfRange(first, last);
  }
  const [, address = "", prefix] = /^([^/]*)(?:\/(\d+))?$/.exec(item) ?? [];
  const version = isIP(address);
  if (version === 0) return unknownAddress(item);
  if (prefix === undefined) return toVersion(version);
  if (Number(prefix) > (version === 4 ? 32 : 128)) return `Invalid prefix length /${prefix}`;
  return hostBits(address, Number(prefix), toVersion(version))
    ? `Invalid prefix ${address}/${prefix}`
    : toVersion(version);
}

function versionOfRange(first: string, last: string): 4 | 6 | string {
  const [begin, end] = [isIP(first), isIP(last)];
  if (begin === 0 || end === 0) return unknownAddress(begin === 0 ? first : last);
  if (begin !== end) return `Begin and End addresses have different IP versions - ${first} - ${last}`;
  if (addressNumber(first) > addressNumber(last))
    return `Begin address is greater than End address ${first} - ${last}`;
  return toVersion(begin);
}

function toVersion(version: number): 4 | 6 {
  return version === 4 ? 4 : 6;
}

function unknownAddress(item: string): string {
  return `Cannot determine IP version for ${item}`;
}

/** Whether bits behind the prefix are set. */
function hostBits(address: string, prefix: number, version: 4 | 6): boolean {
  const width = version === 4 ? 32 : 128;
  return prefix < width && (addressNumber(address) & ((1n << BigInt(width - prefix)) - 1n)) !== 0n;
}

/** An address as one number. */
export function addressNumber(address: string): bigint {
  if (isIP(address) === 4) {
    return address.split(".").reduce((sum, part) => (sum << 8n) + BigInt(part), 0n);
  }
  const [head = "", tail] = address.split("::");
  const groups = (text: string | undefined): bigint[] =>
    (text ?? "")
      .split(":")
      .filter((part) => part !== "")
      .flatMap((part) =>
        part.includes(".")
          ? [addressNumber(part) >> 16n, addressNumber(part) & 0xffffn]
          : [BigInt(`0x${part}`)],
      );
  const before = groups(head);
  const after = groups(tail);
  const middle = tail === undefined ? [] : Array<bigint>(8 - before.length - after.length).fill(0n);
  return [...before, ...middle, ...after].reduce((sum, part) => (sum << 16n) + part, 0n);
}

/** Whether an address lies in a network. */
export function inNetwork(address: string, network: string): boolean {
  const [base = "", prefix = "0"] = network.split("/");
  if (isIP(address) !== isIP(base) || isIP(address) === 0) return false;
  const shift = BigInt((isIP(base) === 4 ? 32 : 128) - Number(prefix));
  return addressNumber(address) >> shift === addressNumber(base) >> shift;
}
