import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type HostKeyLine, type HostKeyPin, knownHostsLine, sha256Of } from "../../settings/host-keys.ts";

/** Where a node is reached, and what it is called. */
export interface NodeAddress {
  readonly node: string;
  readonly host: string;
  readonly port: number;
}

/** What is to be thought of a key that a host offered. */
export type HostKeyVerdict = "trusted" | "revoked" | "other" | "unpinned";

/** The pins that are for one node. */
export class PinnedKeys {
  readonly #fingerprints: readonly string[];
  readonly #lines: readonly HostKeyLine[];

  private constructor(fingerprints: readonly string[], lines: readonly HostKeyLine[]) {
    this.#fingerprints = fingerprints;
    this.#lines = lines;
  }

  /** Reads the files among the pins afresh; rejects where one cannot be read. */
  static async for(pins: readonly HostKeyPin[], address: NodeAddress): Promise<PinnedKeys> {
    const fingerprints: string[] = [];
    const lines: HostKeyLine[] = [];
    for (const pin of pins) {
      if (pin.kind === "fingerprint") {
        if (pin.only === undefined || names(address).includes(pin.only.toLowerCase()))
          fingerprints.push(pin.sha256);
      } else if (pin.kind === "key") lines.push(pin);
      else lines.push(...parseKnownHosts(await readFile(pin.path, "utf8")));
    }
    return new PinnedKeys(
      fingerprints,
      lines.filter((line) => isFor(line, address)),
    );
  }

  /** Types of the keys that are known whole: asking for these first avoids being offered another one. */
  get types(): readonly string[] {
    return [...new Set(this.#lines.filter(({ revoked }) => !revoked).map(({ type }) => type))];
  }

  judge(key: Uint8Array): HostKeyVerdict {
    const text = Buffer.from(key).toString("base64");
    const same = this.#lines.filter((line) => line.key === text);
    if (same.some(({ revoked }) => revoked)) return "revoked";
    if (same.length > 0 || this.#fingerprints.includes(sha256Of(key))) return "trusted";
    const hasPins = this.#fingerprints.length > 0 || this.#lines.some(({ revoked }) => !revoked);
    return hasPins ? "other" : "unpinned";
  }
}

/** The lines of a `known_hosts` file that hold keys. */
export function parseKnownHosts(text: string): HostKeyLine[] {
  return text.split(/\r?\n/).flatMap((line) => knownHostsLine(line) ?? []);
}

/** Whether a line is for the host, by its name in the cluster or its address, with its port or without one. */
export function isFor({ hosts }: HostKeyLine, address: NodeAddress): boolean {
  const own = names(address);
  let found = false;
  for (const pattern of hosts) {
    const isNot = pattern.startsWith("!");
    if (!own.some((name) => matches(isNot ? pattern.slice(1) : pattern, name))) continue;
    if (isNot) return false;
    found = true;
  }
  return found;
}

function names({ node, host, port }: NodeAddress): string[] {
  const plain = [node, host].map((name) => name.toLowerCase());
  return [...plain, ...plain.map((name) => `[${name}]:${port}`)];
}

function matches(pattern: string, name: string): boolean {
  const [, salt, hash] = /^\|1\|([^|]+)\|([^|]+)$/.exec(pattern) ?? [];
  if (salt !== undefined)
    return createHmac("sha1", Buffer.from(salt, "base64")).update(name).digest("base64") === hash;
  const form = pattern
    .toLowerCase()
    .replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${form}$`).test(name);
}
