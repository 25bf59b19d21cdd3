import {
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  randomBytes,
  scrypt,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";

/** Cost of one guess: 64 MiB and some tenths of a second. */
const COST = { N: 65_536, r: 8, p: 1, maxmem: 128 * 2 ** 20 };
const SEED_BYTES = 32;
/** What stands before the 32 bytes of a seed in an Ed25519 private key, and of a public key (RFC 8410). */
const PRIVATE_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const PUBLIC_PREFIX = Buffer.from("302a300506032b6570032100", "hex");

/** What of a passphrase is kept: enough to check what it signed, not enough to sign. */
export interface PassphraseCheck {
  /** Salt of the scrypt hash, base64. */
  readonly salt: string;
  /** Public half of the key that the hash gives, base64. */
  readonly publicKey: string;
}

/** A check for a new passphrase, under a salt of its own. */
export async function newCheck(passphrase: string): Promise<PassphraseCheck> {
  const salt = randomBytes(16).toString("base64");
  return { salt, publicKey: publicBytes(await privateKey(passphrase, salt)).toString("base64") };
}

/** The key that a passphrase gives; undefined where it is not the one that the check was made for. */
export async function keyOf(passphrase: string, check: PassphraseCheck): Promise<KeyObject | undefined> {
  const key = await privateKey(passphrase, check.salt);
  const expected = Buffer.from(check.publicKey, "base64");
  const own = publicBytes(key);
  return own.length === expected.length && timingSafeEqual(own, expected) ? key : undefined;
}

/** Signs a text, base64. */
export function signText(text: string, key: KeyObject): string {
  return sign(null, Buffer.from(text, "utf8"), key).toString("base64");
}

/** Whether whoever signed the text knew the passphrase. Never throws. */
export function isSigned(text: string, signature: string, { publicKey }: PassphraseCheck): boolean {
  try {
    const der = Buffer.concat([PUBLIC_PREFIX, Buffer.from(publicKey, "base64")]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return verify(null, Buffer.from(text, "utf8"), key, Buffer.from(signature, "base64"));
  } catch {
    return false;
  }
}

function privateKey(passphrase: string, salt: string): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    // A terminal may send the same letters composed or in parts.
    const text = passphrase.normalize("NFC");
    scrypt(text, Buffer.from(salt, "base64"), SEED_BYTES, COST, (error, seed) => {
      if (error) reject(error);
      else {
        const der = Buffer.concat([PRIVATE_PREFIX, seed]);
        resolve(createPrivateKey({ key: der, format: "der", type: "pkcs8" }));
      }
    });
  });
}

function publicBytes(key: KeyObject): Buffer {
  return createPublicKey(key).export({ format: "der", type: "spki" }).subarray(PUBLIC_PREFIX.length);
}
