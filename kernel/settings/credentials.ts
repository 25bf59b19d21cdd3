import { Secret } from "../secrets/secret.ts";
import { ParseFault, type SettingFault } from "./errors.ts";
import type { Parser } from "./parsers.ts";
import type { Credentials } from "./types.ts";

const TOKEN_WHOLE = /^[^\s@!=]+@[^\s@!=]+![^\s!=]+(?:=|$)/;

/** User of a token, without realm. Faults name no value: the whole token may have been pasted here. */
export const tokenUser: Parser<string> = (text) => {
  refuseWholeToken(text);
  const value = text.trim();
  if (/^[^\s@!=:/]+@[\w.-]+$/.test(value)) {
    throw new ParseFault(
      "it includes the realm",
      "the part before the @ here, the part after it in PROXMOX_API_TOKEN_REALM",
    );
  }
  if (!/^[^\s@!:/]+$/.test(value)) throw new ParseFault("it is not a user name");
  return value;
};

/** A realm's name. */
export const realm: Parser<string> = (text) => {
  refuseWholeToken(text);
  const value = text.trim();
  if (!/^[A-Za-z][\w.-]+$/.test(value)) throw new ParseFault("it is not a realm's name");
  return value;
};

/** The part of a token's name after the `!`. */
export const tokenId: Parser<string> = (text) => {
  refuseWholeToken(text);
  const value = text.trim();
  if (!/^[A-Za-z][\w.-]+$/.test(value)) throw new ParseFault("it is not a token's id");
  return value;
};

/** A token's secret. */
export const tokenSecret: Parser<Secret> = (text) => {
  refuseWholeToken(text);
  const value = text.trim();
  if (!/^[\x21-\x7e]+$/.test(value)) throw new ParseFault("it has spaces or characters outside ASCII");
  return new Secret(value);
};

/** A login as `user@realm`. */
export const username: Parser<string> = (text) => {
  const value = text.trim();
  if (value.includes("!")) throw new ParseFault("it names a token; a password belongs to a user");
  if (!/^[^\s:/@]+@[A-Za-z][\w.-]+$/.test(value)) throw new ParseFault("it is not of the form user@realm");
  return value;
};

/** A password, taken as it is. */
export const password: Parser<Secret> = (text) => new Secret(text);

function refuseWholeToken(text: string): void {
  if (!TOKEN_WHOLE.test(text.trim().replace(/^PVEAPIToken[= ]/, ""))) return;
  throw new ParseFault(
    "it holds a whole token (user@realm!id=secret)",
    "the four parts in PROXMOX_API_TOKEN_USER, _REALM, _ID and _SECRET",
  );
}

/** The variables that sign us in, as far as they were given and sound. */
export interface CredentialValues {
  readonly PROXMOX_API_TOKEN_USER: string | undefined;
  readonly PROXMOX_API_TOKEN_REALM: string | undefined;
  readonly PROXMOX_API_TOKEN_ID: string | undefined;
  readonly PROXMOX_API_TOKEN_SECRET: Secret | undefined;
  readonly PROXMOX_USERNAME: string | undefined;
  readonly PROXMOX_PASSWORD: Secret | undefined;
}

type CredentialName = keyof CredentialValues;

const TOKEN_NAMES = [
  "PROXMOX_API_TOKEN_USER",
  "PROXMOX_API_TOKEN_REALM",
  "PROXMOX_API_TOKEN_ID",
  "PROXMOX_API_TOKEN_SECRET",
] as const satisfies readonly CredentialName[];
const PASSWORD_NAMES = ["PROXMOX_USERNAME", "PROXMOX_PASSWORD"] as const satisfies readonly CredentialName[];

const EITHER =
  "an API token (PROXMOX_API_TOKEN_USER, _REALM, _ID and _SECRET) or a login (PROXMOX_USERNAME and PROXMOX_PASSWORD)";

/** Which variables are given, sound or not, decides what is missing: a faulty one is reported on its own. */
export function credentials(
  values: CredentialValues,
  given: ReadonlySet<string>,
): { readonly credentials?: Credentials; readonly faults: readonly SettingFault[] } {
  const token = TOKEN_NAMES.filter((name) => given.has(name));
  const login = PASSWORD_NAMES.filter((name) => given.has(name));
  const [firstToken] = token;
  const [firstLogin] = login;
  if (firstToken !== undefined && firstLogin !== undefined) {
    const wrong = `${firstToken} is set as well: there are two ways to sign in`;
    return { faults: [{ name: firstLogin, wrong, accepted: `exactly one of: ${EITHER}` }] };
  }
  if (firstToken !== undefined) {
    const faults = missing(TOKEN_NAMES, given, `a token needs it, and ${firstToken} is set`);
    return { faults, ...withCredentials(fromToken(values)) };
  }
  if (firstLogin !== undefined) {
    const faults = missing(PASSWORD_NAMES, given, `a login needs it, and ${firstLogin} is set`);
    return { faults, ...withCredentials(fromLogin(values)) };
  }
  return {
    faults: [{ name: "PROXMOX_API_TOKEN_SECRET", wrong: "no way to sign in is set", accepted: EITHER }],
  };
}

function missing(names: readonly CredentialName[], given: ReadonlySet<string>, why: string): SettingFault[] {
  return names
    .filter((name) => !given.has(name))
    .map((name) => ({ name, wrong: "it is not set", accepted: `a value: ${why}` }));
}

function withCredentials(made: Credentials | undefined): { credentials?: Credentials } {
  return made === undefined ? {} : { credentials: made };
}

function fromToken(values: CredentialValues): Credentials | undefined {
  const user = values.PROXMOX_API_TOKEN_USER;
  const ofRealm = values.PROXMOX_API_TOKEN_REALM;
  const id = values.PROXMOX_API_TOKEN_ID;
  const secret = values.PROXMOX_API_TOKEN_SECRET;
  if (user === undefined || ofRealm === undefined || id === undefined || secret === undefined)
    return undefined;
  return { kind: "token", user, realm: ofRealm, tokenId: id, secret };
}

function fromLogin(values: CredentialValues): Credentials | undefined {
  const login = values.PROXMOX_USERNAME;
  const secret = values.PROXMOX_PASSWORD;
  if (login === undefined || secret === undefined) return undefined;
  return { kind: "password", username: login, password: secret };
}
