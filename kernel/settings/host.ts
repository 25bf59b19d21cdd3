import { isIPv6 } from "node:net";
import { ParseFault } from "./errors.ts";
import { type Parser, parts, quote } from "./parsers.ts";

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)*\.?$/i;

/** A host as the operator names it; an address of version 6 without brackets. */
export interface NamedHost {
  readonly host: string;
  /** Undefined where none is given. */
  readonly port: number | undefined;
}

/** Hosts apart by commas or spaces, each once; anything else says what to set instead. */
export const hosts: Parser<readonly NamedHost[]> = (text) => {
  const found = parts(text, /[,\s]+/).map(namedHost);
  if (found.length === 0) throw new ParseFault("no host is given");
  return found.filter((one, index) => found.findIndex((other) => isSame(one, other)) === index);
};

function isSame(one: NamedHost, other: NamedHost): boolean {
  return one.host === other.host && one.port === other.port;
}

/** `pve1`, `pve1:8007`, `2001:db8::1` or `[2001:db8::1]:8007`. */
export function namedHost(value: string): NamedHost {
  if (isAddress(value)) return { host: value, port: undefined };
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(value) ?? [];
  const host = bracketed ?? plain ?? "";
  const isGood = bracketed === undefined ? HOST_NAME.test(host) : isAddress(host);
  if (!isGood) throw hostFault(value);
  if (digits === undefined) return { host, port: undefined };
  const port = Number(digits);
  if (port < 1 || port > 65_535) throw new ParseFault(`the port ${digits} is out of range`);
  return { host, port };
}

function isAddress(value: string): boolean {
  return isIPv6(value) && !value.includes("%");
}

function hostFault(value: string): ParseFault {
  if (value.includes("%")) return new ParseFault("an address with a zone index cannot be used");
  const url = asUrl(value);
  if (url === undefined) return new ParseFault(`${quote(value)} is neither a host name nor an IP address`);
  const has = value.includes("://") ? "a URL" : "a host with more than its name";
  return new ParseFault(`it is ${has}`, `set PROXMOX_HOST=${url.host}${url.port && `:${url.port}`}`);
}

/** Host and port of a URL-like value; a user part is dropped because it may carry a password. */
function asUrl(value: string): { host: string; port: string } | undefined {
  try {
    const url = new URL(value.includes("://") ? value : `https://${value}`);
    if (!/^https?:$/.test(url.protocol) || url.hostname === "") return undefined;
    const standardPort = value.includes("://") ? (url.protocol === "https:" ? "443" : "80") : "";
    return { host: url.hostname, port: url.port || standardPort };
  } catch {
    return undefined;
  }
}
