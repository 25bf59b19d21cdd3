import { ParseFault } from "./errors.ts";
import { type Parser, parts } from "./parsers.ts";

/** SHA-256 fingerprints in any usual spelling, as upper-case hex pairs with colons. */
export const fingerprints: Parser<readonly string[]> = (text) => {
  const found = parts(text.replaceAll(/sha-?256(?:\s*fingerprint)?\s*[:=]/gi, " "), /[,;\s]+/).map(
    fingerprint,
  );
  if (found.length === 0) throw new ParseFault("no fingerprint is given");
  return [...new Set(found)];
};

function fingerprint(text: string): string {
  const hex = text.replaceAll(":", "").toUpperCase();
  const pairs = hex.match(/../g);
  if (!/^[0-9A-F]*$/.test(hex) || pairs === null)
    throw new ParseFault("it has characters other than hex digits and colons");
  if (hex.length === 40) throw new ParseFault("it has 40 hex digits: that is a SHA-1 fingerprint");
  if (hex.length !== 64) throw new ParseFault(`it has ${hex.length} hex digits where SHA-256 has 64`);
  return pairs.join(":");
}
