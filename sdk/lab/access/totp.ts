import { createHmac } from "node:crypto";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function fromBase32(text: string): Buffer {
  const digits = [...text.toUpperCase().replace(/=+$/, "")].map((letter) => ALPHABET.indexOf(letter));
  const bits = digits.map((digit) => Math.max(0, digit).toString(2).padStart(5, "0")).join("");
  const bytes = bits.match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}

/** The one-time password of a secret at a time. (RFC 6238) */
export function totpAt(secret: string, seconds: number, step = 30, digits = 6): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / step)));
  const mac = createHmac("sha1", fromBase32(secret)).update(counter).digest();
  const at = (mac.at(-1) ?? 0) & 0xf;
  const number = mac.readUInt32BE(at) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, "0");
}

/** Whether a value is right for an `otpauth://` address now, or one step before or after. */
export function isTotp(uri: string, value: string, seconds: number): boolean {
  const query = new URLSearchParams(uri.replace(/^[^?]*\?/, ""));
  const secret = query.get("secret");
  if (secret === null) return false;
  const step = Number(query.get("period") ?? 30);
  const digits = Number(query.get("digits") ?? 6);
  return [-1, 0, 1].some(
    (shift) => totpAt(secret, Math.max(0, seconds + shift * step), step, digits) === value,
  );
}

const KNOWN = ["secret", "digits", "algorithm", "period", "issuer"];

/** What is wrong with an `otpauth://` address; undefined where nothing is. (proxmox-rs, proxmox-tfa/src/totp.rs) */
export function totpFault(uri: string): string | undefined {
  if (!uri.startsWith("otpauth://totp/")) return "not an otpauth uri";
  const mark = uri.indexOf("?");
  if (mark < 0) return "missing '?' in otp uri";
  for (const part of uri.slice(mark + 1).split("&")) {
    const [key = "", value] = part.split("=");
    if (value === undefined) return "bad value in otpauth uri";
    if (!KNOWN.includes(key)) return `unrecognized otpauth uri parameter: ${key}`;
    if (key === "algorithm" && !/^SHA(?:1|256|512)$/.test(value)) return `unsupported algorithm: ${value}`;
    if (key === "secret" && !/^[A-Z2-7]*$/i.test(value)) return "failed to decode otp secret in otpauth url";
  }
  const secret = new URLSearchParams(uri.slice(mark + 1)).get("secret") ?? "";
  return secret === "" ? "missing secret in otpauth url" : undefined;
}
