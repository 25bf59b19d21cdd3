import { die } from "../errors.ts";
import type { LabCore } from "../types.ts";

/** A key of a backup server's client: the file's text, and the fingerprint that the configuration keeps. */
export interface EncryptionKey {
  readonly text: string;
  readonly fingerprint: string;
}

/** Makes a key for `autogen`, else reads the one given. */
export function encryptionKey(lab: LabCore, wanted: string): EncryptionKey {
  if (wanted !== "autogen") return { text: wanted, fingerprint: fingerprintIn(wanted) };
  const { random, clock } = lab;
  const fingerprint = (random.hex(64).match(/../g) ?? []).join(":");
  const time = new Date(clock.now()).toISOString();
  const data = Buffer.from(random.hex(64), "hex").toString("base64");
  const text = JSON.stringify({ kdf: null, created: time, modified: time, data, fingerprint });
  return { text, fingerprint };
}

function fingerprintIn(text: string): string {
  let key: unknown;
  try {
    key = JSON.parse(text);
  } catch {
    key = undefined;
  }
  if (typeof key !== "object" || key === null || !("data" in key))
    throw die("Value does not seems like a valid, JSON formatted encryption key!");
  return "fingerprint" in key && typeof key.fingerprint === "string" ? key.fingerprint : "1";
}
