import type { Caller, LabUser } from "../access/types.ts";
import { parseUserid } from "../access/userid.ts";
import { die, paramError, permError } from "../errors.ts";
import type { LabState } from "../types.ts";
import { userOf } from "./access-parts.ts";

/**
 * Stores a password where its realm keeps it: `pve` for itself, `pam` for accounts of the system, of
 * which a lab has root alone. (pve-access-control, src/PVE/Auth/*.pm: store_password)
 */
export function setPassword(state: LabState, userid: string, password: string): void {
  checkSettable(state, userid);
  const user = state.access.users.get(userid);
  if (user !== undefined) user.password = password;
}

/** Fails where the user's realm does not take passwords from Proxmox VE, or not for this user. */
export function checkSettable({ access }: LabState, userid: string): void {
  const { name, realm } = parseUserid(userid);
  const type = access.realms.get(realm)?.type;
  if (type === undefined) throw die(`auth domain '${realm}' does not exist`);
  if (type === "pam" && name !== "root") {
    throw die(`change password failed: user '${name}' does not exist`);
  }
  if (type !== "pam" && type !== "pve") throw die(`can't set password on auth type '${type}'`);
}

/** Whether a password is a user's own; fails in the words of the realm. (same files: authenticate_user) */
export function checkPassword({ access }: LabState, userid: string, password: string): void {
  const { realm } = parseUserid(userid);
  if (!access.realms.has(realm)) throw die(`auth domain '${realm}' does not exist`);
  if (password === "") throw die("no password");
  const stored = access.users.get(userid)?.password;
  if (realm === "pam") {
    if (stored !== password) throw die("Authentication failure");
    return;
  }
  if (stored === undefined) throw die("no password set");
  if (stored !== password) throw die("invalid credentials");
}

/**
 * The user whose sign-in is changed, once the caller has shown to be who they are. `name`: the parameter with the
 * caller's password. (pve-access-control, src/PVE/RPCEnvironment.pm: reauth_user_for_user_modification)
 */
export function confirmed(
  state: LabState,
  caller: Caller,
  { userid, password, name = "password" }: { userid: string; password: string | undefined; name?: string },
): LabUser {
  const user = userOf(state, userid);
  if (caller.id === "root@pam") return user;
  if (user.userid === "root@pam") throw permError();
  if (password === undefined) throw paramError({ [name]: "password is required to modify user" });
  checkPassword(state, caller.id, password);
  return user;
}
