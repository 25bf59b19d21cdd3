/** What a masked value reads as. */
export const MASK = "[redacted]";

const SECRET_NAMES =
  /^(?:.*(?:password|passwd|passphrase|secret|privatekey|private_key|private-key|csrfpreventiontoken|pveauthcookie|authorization|cookie|ticket).*|cipassword|keyfile|certkey|key|token-value|crypted-?key|encryption-key|otp|value)$/i;

const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const TICKET = /PVE(?:VNC|TERM)?:[^\s:]+:[0-9A-F]{8}::[A-Za-z0-9+/=]+/g;
const API_TOKEN = /(PVEAPIToken[= ][^\s=]+=)[0-9a-f-]{36}/gi;
const PASSWORD_OPTION = /\b(cipassword|password)(["']?\s*[=:]\s*["']?)[^\s"',;&]+/gi;

/** A login in an address, as a proxy setting has it: `http://user:secret@host`. */
const URL_LOGIN = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:)[^\s/@]+@/gi;

/** What every text that one of the patterns matches contains; nearly all texts are done with this one test. */
const SUSPECT = /PRIVATE KEY-----|PVE(?:VNC|TERM)?:|PVEAPIToken|password|:\/\/[^\s/@]*@/i;

/** Masks secrets by name and by value. */
export interface Redactor {
  /** Adds a value that must never show. Values shorter than four characters are masked by name only. */
  know(value: string): void;
  /** Length of the longest value that is known, in characters. */
  readonly longest: number;
  text(value: string): string;
  /** A deep copy with secret fields and secret parts of strings masked. */
  value<T>(value: T): unknown;
}

/** A redactor that knows the given values besides the general rules. */
export function createRedactor(values: readonly string[] = []): Redactor {
  const known = new Set<string>();
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  const know = (value: string) => {
    if (value.length < 4) return;
    // As it is, in addresses, in JSON, and as bytes that stand for a character each.
    const forms = [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1), asBytes(value)];
    for (const form of forms) {
      known.add(form);
      longest = Math.max(longest, form.length);
    }
    // The other forms are never shorter.
    shortest = Math.min(shortest, value.length);
  };
  for (const value of values) know(value);

  const text = (value: string): string => {
    let shown = SUSPECT.test(value) ? withoutPatterns(value) : value;
    if (shown.length < shortest) return shown;
    for (const secret of known) if (shown.includes(secret)) shown = shown.replaceAll(secret, MASK);
    return shown;
  };

  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, part]) => [
        name,
        namesSecret(name) && part !== undefined && part !== null && part !== "" ? MASK : deep(part),
      ]),
    );
  };

  return {
    know,
    text,
    value: deep,
    get longest() {
      return longest;
    },
  };
}

function asBytes(value: string): string {
  return Buffer.from(value).toString("latin1");
}

/** Names come from API schemas for the most part, and come again with every answer. */
const judged = new Map<string, boolean>();
const MOST_JUDGED = 10_000;

function namesSecret(name: string): boolean {
  let secret = judged.get(name);
  if (secret === undefined) {
    secret = SECRET_NAMES.test(name);
    if (judged.size < MOST_JUDGED) judged.set(name, secret);
  }
  return secret;
}

function withoutPatterns(value: string): string {
  return value
    .replaceAll(PRIVATE_KEY, MASK)
    .replaceAll(TICKET, MASK)
    .replaceAll(API_TOKEN, `$1${MASK}`)
    .replaceAll(PASSWORD_OPTION, `$1$2${MASK}`)
    .replaceAll(URL_LOGIN, `$1${MASK}@`);
}
