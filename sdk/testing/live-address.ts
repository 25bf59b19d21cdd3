/** Where a node answers. */
export interface HostAddress {
  /** An address of version 6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** The first of hosts apart by commas or spaces, as the server's setting has them, each with or without a port. */
export function firstHost(text: string, port: number): HostAddress {
  const [first = ""] = text.trim().split(/[,\s]+/);
  return addressOf(first, port);
}

/**
 * The SHA-256 fingerprints that are good for a host, as the server's setting has them: each on its own, or as
 * `host=fingerprint` with or without a port, for that host alone. Upper-case hex pairs with colons.
 */
export function pinsFor({ host, port }: HostAddress, text: string): readonly string[] {
  const plain = text.replaceAll(/sha-?256(?:\s*fingerprint)?\s*[:=]\s*/gi, "");
  return plain
    .split(/[,;\s]+/)
    .filter((pin) => pin !== "")
    .flatMap((pin) => {
      const at = pin.lastIndexOf("=");
      const only = at < 0 ? undefined : addressOf(pin.slice(0, at), port);
      const isFor =
        only === undefined || (only.host.toLowerCase() === host.toLowerCase() && only.port === port);
      return isFor ? [pairs(pin.slice(at + 1))] : [];
    });
}

function addressOf(text: string, port: number): HostAddress {
  const [, bracketed, plain, digits] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  return { host: bracketed ?? plain ?? text, port: digits === undefined ? port : Number(digits) };
}

function pairs(fingerprint: string): string {
  return (fingerprint.replaceAll(":", "").toUpperCase().match(/../g) ?? []).join(":");
}
