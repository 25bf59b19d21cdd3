import { ParseFault } from "./errors.ts";
import { type NamedHost, namedHost } from "./host.ts";
import { type Parser, parts } from "./parsers.ts";

/** A certificate that is trusted, on any host or on one. */
export interface Pin {
  /** SHA-256 as upper-case hex pairs with colons. */
  readonly fingerprint: string;
  /** Undefined: any host. Without a port: that host on any port. */
  readonly only: NamedHost | undefined;
}

/** SHA-256 fingerprints in any usual spelling, each on its own or as `host=fingerprint`. */
export const fingerprints: Parser<readonly Pin[]> = (text) => {
  const found = parts(text.replaceAll(/sha-?256(?:\s*fingerprint)?\s*[:=]\s*/gi, ""), /[,;\s]+/).map(pin);
  if (found.length === 0) throw new ParseFault("no fingerprint is given");
  return found;
};

/** Whether a pin is for this host. */
export function isFor(
  { only }: Pin,
  { host, port }: { readonly host: string; readonly port: number },
): boolean {
  if (only === undefined) return true;
  return only.host.toLowerCase() === host.toLowerCase() && (only.port === undefined || only.port === port);
}

function pin(text: string): Pin {
  const at = text.lastIndexOf("=");
  if (at < 0) return { fingerprint: fingerprint(text), only: undefined };
  return { fingerprint: fingerprint(text.slice(at + 1)), only: namedHost(text.slice(0, at)) };
}

function fingerprint(text: string): string {
  const hex = text.replaceAll(":", "").toUpperCase();
  const pairs = hex.match(/../g);
  if (!/^[0-9A-F]*$/.test(hex) || pairs === null)
    throw new ParseFault("it has characters other than hex digits and colons");
  if (hex.length === 40) throw new ParseFault("it has 40 hex digits: that is a SHA-1 fingerprint");
  if (hex.length !== 64) throw new ParseFault(`it has ${hex.length} hex digits where SHA-256 has 64`);
  return pairs.join(":");
}
