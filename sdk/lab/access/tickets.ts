import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Two hours, and as much clock skew as Proxmox VE forgives. */
const LIFETIME = 2 * 60 * 60;
const SKEW = 5 * 60;

/** Signs and checks tickets and CSRF tokens. Seconds since the epoch everywhere. */
export class Tickets {
  readonly #key = randomBytes(32);

  issue(userid: string, now: number): { ticket: string; csrf: string } {
    const stamp = hexTime(now);
    return {
      ticket: `PVE:${userid}:${stamp}::${this.#sign(`PVE:${userid}:${stamp}`)}`,
      csrf: `${stamp}:${this.#sign(`${stamp}:${userid}`)}`,
    };
  }

  /** The user of a good ticket. */
  user(ticket: string, now: number): string | undefined {
    const found = /^(PVE:(\S+):([0-9A-F]{8}))::(\S+)$/.exec(ticket);
    const [, plain, userid, stamp, signature] = found ?? [];
    if (plain === undefined || signature === undefined || !this.#matches(plain, signature)) return undefined;
    return isFresh(stamp, now) ? userid : undefined;
  }

  /** A ticket for who has shown the first factor alone: good for nothing but the second. */
  challenge(userid: string, factors: string, now: number): { ticket: string; csrf: string } {
    const plain = `PVE:!tfa!${encodeURIComponent(factors)}:${hexTime(now)}`;
    return { ticket: `${plain}::${this.#sign(`${plain}${userid}`)}`, csrf: this.issue(userid, now).csrf };
  }

  /** Whether it is such a ticket, of this user. */
  isChallenge(ticket: string, userid: string, now: number): boolean {
    const [, plain, stamp, signature] = /^(PVE:!tfa!\S+:([0-9A-F]{8}))::(\S+)$/.exec(ticket) ?? [];
    if (plain === undefined || signature === undefined) return false;
    return this.#matches(`${plain}${userid}`, signature) && isFresh(stamp, now);
  }

  isCsrf(token: string | undefined, userid: string, now: number): boolean {
    const [stamp, signature] = (token ?? "").split(":");
    if (stamp === undefined || signature === undefined) return false;
    return this.#matches(`${stamp}:${userid}`, signature) && isFresh(stamp, now);
  }

  #sign(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64");
  }

  #matches(text: string, signature: string): boolean {
    const expected = Buffer.from(this.#sign(text));
    const given = Buffer.from(signature);
    return expected.length === given.length && timingSafeEqual(expected, given);
  }
}

function hexTime(seconds: number): string {
  return seconds.toString(16).toUpperCase().padStart(8, "0");
}

function isFresh(stamp: string | undefined, now: number): boolean {
  const age = now - Number.parseInt(stamp ?? "", 16);
  return age >= -SKEW && age < LIFETIME;
}
