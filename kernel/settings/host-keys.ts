import { createHash } from "node:crypto";
import { ParseFault } from "./errors.ts";
import type { Parser } from "./parsers.ts";
import type { Machine } from "./paths.ts";
import { absolute } from "./paths.ts";

/** A host key and the hosts that it is for, as a line of a `known_hosts` file has it. */
export interface HostKeyLine {
  /** As in `known_hosts`: names with `*`, `?` and `!`, `[name]:port`, or one hashed name. */
  readonly hosts: readonly string[];
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  /** The key in base64. */
  readonly key: string;
  /** Keys marked `@revoked` are refused whatever else is said of them. */
  readonly revoked: boolean;
}

/** What the operator said of host keys. */
export type HostKeyPin =
  | {
      readonly kind: "fingerprint";
      /** As OpenSSH shows it, without `SHA256:`. */
      readonly sha256: string;
      /** Name or address of the only node that it is for. */
      readonly only?: string;
    }
  | ({ readonly kind: "key" } & HostKeyLine)
  | { readonly kind: "file"; readonly path: string };

const KEY_TYPE = /^(?:ssh-(?:ed25519|rsa)|ecdsa-sha2-nistp(?:256|384|521))$/;
const FINGERPRINT = /^(?:([^\s=]+)=)?SHA256:([A-Za-z0-9+/]{43})=?$/;
const PATH = /^(?:[/~]|\.{1,2}[\\/]|[A-Za-z]:[\\/])/;

/** Fingerprints, keys, lines of `known_hosts`, and paths of such files. */
export const hostKeys: Parser<readonly HostKeyPin[]> = (text, machine) => {
  const pins = text.split(/\r?\n/).flatMap((line) => pinsOf(line.trim(), machine));
  if (pins.length === 0) throw new ParseFault("no host key is given");
  return pins;
};

/** One line of a `known_hosts` file; undefined for comments, authorities and what is none. */
export function knownHostsLine(line: string): HostKeyLine | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith("@") ? words.shift() : undefined;
  const [names, type, key] = words;
  if (names === undefined || names.startsWith("#") || (marker !== undefined && marker !== "@revoked"))
    return undefined;
  if (type === undefined || key === undefined || !KEY_TYPE.test(type) || !isKey(type, key)) return undefined;
  return { hosts: names.split(","), type, key, revoked: marker === "@revoked" };
}

/** Fingerprint of a host key as OpenSSH shows it, without `SHA256:`. */
export function sha256Of(key: Uint8Array): string {
  return createHash("sha256").update(key).digest("base64").replace(/=+$/, "");
}

function pinsOf(line: string, machine: Machine): HostKeyPin[] {
  if (line === "" || line.startsWith("#")) return [];
  const known = knownHostsLine(line);
  if (known !== undefined) return [{ kind: "key", ...known }];
  const words = line.split(/[,;\s]+/).filter((word) => word !== "");
  const pins: HostKeyPin[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    const [, host, type = ""] = /^(?:([^\s=]+)=)?(\S+)$/.exec(word) ?? [];
    if (KEY_TYPE.test(type)) {
      at += 1;
      pins.push(keyPin(host, type, words[at] ?? ""));
    } else pins.push(wordPin(word, machine));
  }
  return pins;
}

function keyPin(host: string | undefined, type: string, key: string): HostKeyPin {
  if (!isKey(type, key)) throw new ParseFault(`what follows ${type} is not a key of that type`);
  return { kind: "key", hosts: [host ?? "*"], type, key, revoked: false };
}

function wordPin(word: string, machine: Machine): HostKeyPin {
  const [, only, sha256] = FINGERPRINT.exec(word) ?? [];
  if (sha256 !== undefined) return { kind: "fingerprint", sha256, ...(only === undefined ? {} : { only }) };
  if (PATH.test(word)) return { kind: "file", path: absolute(word, machine) };
  if (/^(?:MD5:)?(?:[0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(word))
    throw new ParseFault("it has an MD5 fingerprint", "the SHA-256 one, as `ssh-keygen -lf` shows it");
  throw new ParseFault("it has a part that is neither a fingerprint nor a key nor a path");
}

/** The key's own first field repeats its type. */
function isKey(type: string, key: string): boolean {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key)) return false;
  const bytes = Buffer.from(key, "base64");
  return bytes.length > 4 + type.length && bytes.toString("latin1", 4, 4 + bytes.readUInt32BE(0)) === type;
}
