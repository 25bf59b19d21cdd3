import type { LabToken, LabUser } from "../access/types.ts";
import { parseUserid } from "../access/userid.ts";
import { die } from "../errors.ts";
import type { LabState } from "../types.ts";

/** A user; fails as Proxmox VE does for one it has not. */
export function userOf(state: LabState, userid: string): LabUser {
  const { userid: checked } = parseUserid(userid);
  const user = state.access.users.get(checked);
  if (user === undefined) throw die(`no such user ('${checked}')`);
  return user;
}

/** A token of a user; fails as Proxmox VE does for one it has not. */
export function tokenOf(state: LabState, userid: string, tokenid: string): LabToken {
  const token = userOf(state, userid).tokens.get(tokenid);
  if (token === undefined) throw die(`no such token '${tokenid}' for user '${userid}'`);
  return token;
}

/** Removes the ACL entries of what is gone. */
export function dropAcl(state: LabState, type: string, matches: (ugid: string) => boolean): void {
  for (const [key, entry] of state.access.acl) {
    if (entry.type === type && matches(entry.ugid)) state.access.acl.delete(key);
  }
  state.access.changed();
}

/** The name under which a user is known: realms may take capitals and small letters for the same. */
export function lookupUser({ access }: LabState, userid: string): string {
  const realm = access.realms.get(userid.slice(userid.lastIndexOf("@") + 1));
  if (realm?.config.get("case-sensitive") !== 0) return userid;
  const matches = [...access.users.keys()].filter((one) => one.toLowerCase() === userid.toLowerCase());
  return matches[0] ?? userid;
}
