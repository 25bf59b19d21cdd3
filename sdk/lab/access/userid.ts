import { die } from "../errors.ts";

/** A user name in its parts. */
export interface UserId {
  readonly userid: string;
  readonly name: string;
  readonly realm: string;
}

const USERID = /^([^\s:/]+)@([A-Za-z][A-Za-z0-9.\-_]+)$/;

/** Takes a user name apart; fails as Proxmox VE does where it is none. */
export function parseUserid(text: string): UserId {
  if (text.length < 3) throw die(`user name '${text}' is too short`);
  if (text.length > 64) throw die(`user name '${text}' is too long (${text.length} > 64)`);
  const found = USERID.exec(text);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw die(`value '${text}' does not look like a valid user name`);
  }
  return { userid: text, name: found[1], realm: found[2] };
}
