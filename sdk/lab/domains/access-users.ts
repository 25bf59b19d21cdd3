import { randomUUID } from "node:crypto";
import type { LabToken, LabUser } from "../access/types.ts";
import { parseUserid } from "../access/userid.ts";
import { die } from "../errors.ts";
import { isUsable } from "../http/credentials.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";

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
  lab.route("GET /access/users/{userid}/tfa", ({ params, lab: { state } }) => {
    userOf(state, params.need("userid"));
    return {};
  });
  lab.route("GET /access/users/{userid}/token", ({ params, lab: { state } }) =>
    byId(userOf(state, params.need("userid")).tokens).map((token) => ({
      tokenid: token.id,
      ...tokenInfo(token),
    })),
  );
  lab.route("GET /access/users/{userid}/token/{tokenid}", (request) => tokenInfo(tokenOf(request)));
  lab.route("POST /access/users/{userid}/token/{tokenid}", createToken);
  lab.route("PUT /access/users/{userid}/token/{tokenid}", updateToken);
  lab.route("DELETE /access/users/{userid}/token/{tokenid}", (request) => {
    const { access } = request.lab.state;
    const token = tokenOf(request);
    const full = `${request.params.need("userid")}!${token.id}`;
    access.users.get(request.params.need("userid"))?.tokens.delete(token.id);
    dropAcl(request.lab.state, "token", (ugid) => ugid === full);
    return null;
  });
}

/** A user; fails as Proxmox VE does for one it has not. */
export function userOf(state: LabState, userid: string): LabUser {
  const { userid: checked } = parseUserid(userid);
  const user = state.access.users.get(checked);
  if (user === undefined) throw die(`no such user ('${checked}')`);
  return user;
}

/** Removes the ACL entries of what is gone. */
export function dropAcl(state: LabState, type: string, matches: (ugid: string) => boolean): void {
  for (const [key, entry] of state.access.acl) {
    if (entry.type === type && matches(entry.ugid)) state.access.acl.delete(key);
  }
  state.access.changed();
}

function listUsers({ params, lab, caller, may }: LabRequest): unknown {
  return [...lab.state.access.users.values()]
    .sort((a, b) => (a.userid < b.userid ? -1 : 1))
    .filter((user) => isVisible(user, { lab, caller, may }))
    .filter(
      ({ userid }) =>
        !params.has("enabled") ||
        isUsable(userid, lab.state.access, lab.clock.seconds()) === params.flag("enabled"),
    )
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
  const { userid } = parseUserid(params.need("userid"));
  if (state.access.users.has(userid)) throw die(`create user failed: user '${userid}' already exists`);
  const groups = params.list("groups");
  requireGroups(state, groups, "create");
  const user: LabUser = {
    userid,
    enable: params.flag("enable", true),
    expire: params.integer("expire") ?? 0,
    tokens: new Map(),
  };
  takeDetails(user, params);
  const password = params.text("password");
  if (password !== undefined) user.password = password;
  state.access.users.set(userid, user);
  for (const group of groups) state.access.groups.get(group)?.users.add(userid);
  state.access.changed();
  return null;
}

function updateUser({ params, lab: { state } }: LabRequest): null {
  const user = userOf(state, params.need("userid"));
  const groups = params.list("groups");
  requireGroups(state, groups, "update");
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
  const { userid } = userOf(state, params.need("userid"));
  state.access.users.delete(userid);
  for (const group of state.access.groups.values()) group.users.delete(userid);
  dropAcl(state, "user", (ugid) => ugid === userid);
  dropAcl(state, "token", (ugid) => ugid.startsWith(`${userid}!`));
  return null;
}

function requireGroups(state: LabState, groups: readonly string[], doing: string): void {
  const unknown = groups.find((group) => !state.access.groups.has(group));
  if (unknown !== undefined) throw die(`${doing} user failed: no such group '${unknown}'`);
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

function tokenOf({ params, lab: { state } }: LabRequest): LabToken {
  const userid = params.need("userid");
  const tokenid = params.need("tokenid");
  const token = userOf(state, userid).tokens.get(tokenid);
  if (token === undefined) throw die(`no such token '${tokenid}' for user '${userid}'`);
  return token;
}

function byId(tokens: ReadonlyMap<string, LabToken>): LabToken[] {
  return [...tokens.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function tokenInfo({ privsep, expire, comment }: LabToken): Record<string, unknown> {
  return { privsep: privsep ? 1 : 0, expire, ...defined({ comment }) };
}

/** What was just given is echoed as text, the rest as numbers. */
function echoed(token: LabToken, params: LabRequest["params"]): Record<string, unknown> {
  const info = tokenInfo(token);
  for (const key of ["privsep", "expire"]) if (params.has(key)) info[key] = params.need(key);
  return info;
}

function createToken({ params, lab: { state } }: LabRequest): unknown {
  const user = userOf(state, params.need("userid"));
  const id = params.need("tokenid");
  const full = `${user.userid}!${id}`;
  if (user.tokens.has(id)) throw die(`token '${full}' already exists`);
  const token: LabToken = {
    id,
    secret: randomUUID(),
    privsep: params.flag("privsep", true),
    expire: params.integer("expire") ?? 0,
  };
  const comment = params.text("comment");
  if (comment !== undefined) token.comment = comment;
  user.tokens.set(id, token);
  state.access.changed();
  const { expire, ...info } = echoed(token, params);
  return {
    "full-tokenid": full,
    value: token.secret,
    info: params.has("expire") ? { expire, ...info } : info,
  };
}

function updateToken(request: LabRequest): unknown {
  const { params, lab } = request;
  const token = tokenOf(request);
  if (params.has("privsep")) token.privsep = params.flag("privsep");
  if (params.has("expire")) token.expire = params.integer("expire") ?? 0;
  const comment = params.text("comment");
  if (comment !== undefined) token.comment = comment;
  lab.state.access.changed();
  const info = echoed(token, params);
  if (!params.flag("regenerate")) return info;
  token.secret = randomUUID();
  return { ...info, value: token.secret };
}

function defined(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields))
    if (value !== undefined && value !== "") kept[key] = value;
  return kept;
}
