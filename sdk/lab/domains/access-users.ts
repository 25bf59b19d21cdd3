import type { LabUser } from "../access/types.ts";
import { parseUserid } from "../access/userid.ts";
import { die } from "../errors.ts";
import { underLock } from "../sections.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { dropAcl, lookupUser, userOf } from "./access-parts.ts";
import { byId, registerTokens, tokenInfo } from "./access-tokens.ts";
import { defined } from "./defined.ts";
import { checkSettable } from "./passwords.ts";

/** `/access/users` and the tokens below it. */
export function registerUsers(lab: LabCore): void {
  lab.route("GET /access/users", listUsers);
  lab.route("POST /access/users", createUser);
  lab.route("GET /access/users/{userid}", ({ params, lab: { state } }) => {
    const { comment, enable, expire, firstname, lastname, email, keys, userid, tokens } = userOf(
      state,
      params.need("userid"),
    );
    return {
      ...defined({ comment, firstname, lastname, email, keys }),
      enable: enable ? 1 : 0,
      expire,
      groups: groupsOf(state, userid),
      tokens:
        tokens.size === 0
          ? null
          : Object.fromEntries([...tokens].map(([id, token]) => [id, tokenInfo(token)])),
    };
  });
  lab.route("PUT /access/users/{userid}", updateUser);
  lab.route("DELETE /access/users/{userid}", deleteUser);
  registerTokens(lab);
}

function listUsers({ params, lab, caller, may }: LabRequest): unknown {
  return [...lab.state.access.users.values()]
    .sort((a, b) => (a.userid < b.userid ? -1 : 1))
    .filter((user) => isVisible(user, { lab, caller, may }))
    .filter(({ enable }) => !params.has("enabled") || enable === params.flag("enabled"))
    .map((user) => {
      const { userid, enable, expire, comment, firstname, lastname, email, keys, tokens } = user;
      const full = params.flag("full")
        ? {
            groups: groupsOf(lab.state, userid).join(","),
            tokens:
              tokens.size === 0
                ? null
                : byId(tokens).map((token) => ({ tokenid: token.id, ...tokenInfo(token) })),
          }
        : {};
      return {
        userid,
        enable: enable ? 1 : 0,
        expire,
        ...defined({ comment, firstname, lastname, email, keys }),
        "realm-type": lab.state.access.realms.get(parseUserid(userid).realm)?.type,
        ...full,
      };
    });
}

/** Users see themselves, and those whose groups they may look after. A token is not its user. */
export function isVisible(
  user: LabUser,
  { lab, caller, may }: Pick<LabRequest, "lab" | "caller" | "may">,
): boolean {
  const privileges = ["User.Modify", "Sys.Audit"];
  if (user.userid === caller.id || may("/access/groups", privileges, "any")) return true;
  return groupsOf(lab.state, user.userid).some((group) => may(`/access/groups/${group}`, privileges, "any"));
}

function createUser({ params, lab: { state } }: LabRequest): null {
  return underLock("create user failed", () => {
    const userid = lookupUser(state, parseUserid(params.need("userid")).userid);
    if (state.access.users.has(userid)) throw die(`user '${userid}' already exists`);
    const user: LabUser = {
      userid,
      enable: params.flag("enable", true),
      expire: params.integer("expire") ?? 0,
      tokens: new Map(),
    };
    const password = params.text("password");
    // Kept apart from the user: it stays where what follows fails.
    if (password !== undefined) checkSettable(state, userid);
    const groups = params.list("groups");
    requireGroups(state, groups);
    takeDetails(user, params);
    state.access.users.set(userid, user);
    if (password !== undefined) user.password = password;
    for (const group of groups) state.access.groups.get(group)?.users.add(userid);
    state.access.changed();
    return null;
  });
}

function updateUser({ params, lab: { state } }: LabRequest): null {
  const user = userOf(state, params.need("userid"));
  const groups = params.list("groups");
  underLock("update user failed", () => requireGroups(state, groups));
  if (params.has("enable")) user.enable = params.flag("enable");
  if (params.has("expire")) user.expire = params.integer("expire") ?? 0;
  takeDetails(user, params);
  if (params.has("groups")) {
    if (!params.flag("append"))
      for (const group of state.access.groups.values()) group.users.delete(user.userid);
    for (const group of groups) state.access.groups.get(group)?.users.add(user.userid);
  }
  state.access.changed();
  return null;
}

function deleteUser({ params, lab: { state } }: LabRequest): null {
  const { userid, password } = userOf(state, params.need("userid"));
  const { access } = state;
  access.users.delete(userid);
  for (const group of access.groups.values()) group.users.delete(userid);
  dropAcl(state, "user", (ugid) => ugid === userid);
  dropAcl(state, "token", (ugid) => ugid.startsWith(`${userid}!`));
  // Root comes back with the next read of the file, bare; the password is the system's.
  if (userid === ROOT) {
    const bare: LabUser = { userid, enable: true, expire: 0, tokens: new Map() };
    access.users.set(ROOT, password === undefined ? bare : { ...bare, password });
  }
  return null;
}

const ROOT = "root@pam";

function requireGroups(state: LabState, groups: readonly string[]): void {
  const unknown = groups.find((group) => !state.access.groups.has(group));
  if (unknown !== undefined) throw die(`no such group '${unknown}'`);
}

function takeDetails(user: LabUser, params: LabRequest["params"]): void {
  for (const key of ["comment", "firstname", "lastname", "email", "keys"] as const) {
    const value = params.text(key);
    if (value !== undefined) user[key] = value;
  }
}

function groupsOf(state: LabState, userid: string): string[] {
  return [...state.access.groups.values()]
    .filter((group) => group.users.has(userid))
    .map(({ groupid }) => groupid);
}
