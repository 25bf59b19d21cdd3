import { createHmac, randomBytes } from "node:crypto";
import { ClusterWriter } from "./cluster-writer.ts";
import { ScenarioFailure } from "./expect.ts";
import { OWN } from "./own.ts";
import type { Target } from "./target.ts";

/** A user that a scenario made, with a second factor of each kind that takes no device. */
export interface MadeSecondFactors {
  readonly userid: string;
  /** Description of the one-time passwords; recovery keys have none. */
  readonly totp: string;
}

/** A realm that a scenario made; nobody signs in through it. */
export interface MadeRealm {
  readonly realm: string;
  readonly type: string;
  readonly comment: string;
  readonly tfa: string;
}

/** So long that a password stays the same while a simulated cluster's clock runs fast. */
const PERIOD_S = 3600;

/**
 * Makes a user with one-time passwords and recovery keys. Tokens may not touch second factors, so the user signs in
 * and adds them. (pve-access-control, src/PVE/API2/TFA.pm)
 */
export class SignInFixtures extends ClusterWriter {
  constructor(protected readonly target: Target) {
    super(target.address);
  }

  async userWithSecondFactors(): Promise<MadeSecondFactors> {
    const userid = `${OWN}-factors@pve`;
    const password = randomBytes(24).toString("base64url");
    await this.change("POST", "/access/users", { userid, password });
    const session = await this.signIn(userid, password);
    if (session === undefined) throw new ScenarioFailure(`${userid} cannot sign in with the password it got`);
    const path = `/access/tfa/${encodeURIComponent(userid)}`;
    const made = { userid, totp: "Telephone" };
    const { time } = await this.get<{ time: number }>(`/nodes/${this.target.place.node}/time`);
    const secret = randomBytes(20);
    const uri = `otpauth://totp/${OWN}?secret=${base32(secret)}&digits=6&algorithm=SHA1&period=${PERIOD_S}`;
    const value = oneTimePassword(secret, time);
    const totp = { type: "totp", description: made.totp, totp: uri, value, password };
    await this.change("POST", path, totp, session);
    await this.change("POST", path, { type: "recovery", password }, session);
    return made;
  }

  /** Makes a realm of a directory that is never asked anything. */
  async realm(): Promise<MadeRealm> {
    const made = { realm: OWN, type: "ldap", comment: "For the scenario", tfa: "oath" };
    const directory = { server1: "ldap.example.com", base_dn: "dc=example,dc=com", user_attr: "uid" };
    await this.change("POST", "/access/domains", { ...made, tfa: `type=${made.tfa}`, ...directory });
    return made;
  }
}

/** A time-based one-time password of six digits. (RFC 6238) */
function oneTimePassword(secret: Buffer, seconds: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(seconds / PERIOD_S)));
  const digest = createHmac("sha1", secret).update(counter).digest();
  const number = digest.readUInt32BE(digest.readUInt8(digest.length - 1) & 0xf) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** Of bytes in groups of five, which take no padding. (RFC 4648) */
function base32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  return (bits.match(/.{5}/g) ?? []).map((group) => letters[Number.parseInt(group, 2)]).join("");
}
