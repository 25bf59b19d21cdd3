import { isIPv6 } from "node:net";
import { ParseFault } from "./errors.ts";
import { type Parser, quote } from "./parsers.ts";

const HOST_NAME =
  /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?)*\.?$/i;

/** A host name or an IP address without brackets; anything else says what to set instead. */
export const host: Parser<string> = (text) => {
  const value = text.trim();
  const bracketed = /^\[(.*)\]$/.exec(value)?.[1];
  if (isIPv6(bracketed ?? value) && !value.includes("%")) return bracketed ?? value;
  if (HOST_NAME.test(value)) return value;
  throw hostFault(value);
};

function hostFault(value: string): ParseFault {
  if (/[,;\s]/.test(value)) return new ParseFault("more than one host is given", "one host name or address");
  if (value.includes("%")) return new ParseFault("an address with a zone index cannot be used");
  const url = asUrl(value);
  if (url === undefined) return new ParseFault(`${quote(value)} is neither a host name nor an IP address`);
  const has = value.includes("://") ? "a URL" : "a host with more than its name";
  return new ParseFault(
    `it is ${has}`,
    `set PROXMOX_HOST=${url.host}${url.port && ` and PROXMOX_API_PORT=${url.port}`}`,
  );
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
