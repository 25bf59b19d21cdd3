import { randomUUID } from "node:crypto";
import type { LabToken } from "../access/types.ts";
import { paramError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { dropAcl, tokenOf, userOf } from "./access-parts.ts";
import { defined } from "./defined.ts";

const TOKENS = "/access/users/{userid}/token";

/** API tokens. (pve-access-control, src/PVE/API2/User.pm) */
export function registerTokens(lab: LabCore): void {
  lab.route(`GET ${TOKENS}`, ({ params, lab: { state } }) =>
    byId(userOf(state, params.need("userid")).tokens).map((token) => ({
      tokenid: token.id,
      ...tokenInfo(token),
    })),
  );
  lab.route(`GET ${TOKENS}/{tokenid}`, (request) => tokenInfo(tokenOfCall(request)));
  lab.route(`POST ${TOKENS}/{tokenid}`, createToken);
  lab.route(`PUT ${TOKENS}/{tokenid}`, updateToken);
  lab.route(`DELETE ${TOKENS}/{tokenid}`, (request) => {
    const { params, lab: core } = request;
    const { id } = tokenOfCall(request);
    const user = userOf(core.state, params.need("userid"));
    user.tokens.delete(id);
    dropAcl(core.state, "token", (ugid) => ugid === `${user.userid}!${id}`);
    return null;
  });
}

function tokenOfCall({ params, lab: { state } }: LabRequest): LabToken {
  return tokenOf(state, params.need("userid"), params.need("tokenid"));
}

/** Tokens in the order of their names. */
export function byId(tokens: ReadonlyMap<string, LabToken>): LabToken[] {
  return [...tokens.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What is told of a token. */
export function tokenInfo({ privsep, expire, comment }: LabToken): Record<string, unknown> {
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
  if (user.tokens.has(id)) throw paramError({ tokenid: "Token already exists." });
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
    "full-tokenid": `${user.userid}!${id}`,
    value: token.secret,
    info: params.has("expire") ? { expire, ...info } : info,
  };
}

/** Properties of a token that can be taken away. */
const REMOVABLE = ["comment", "expire"] as const;

function updateToken(request: LabRequest): unknown {
  const { params, lab } = request;
  const token = tokenOfCall(request);
  if (params.has("privsep")) token.privsep = params.flag("privsep");
  if (params.has("expire")) token.expire = params.integer("expire") ?? 0;
  const comment = params.text("comment");
  // An empty comment changes nothing.
  if (comment !== undefined && comment !== "") token.comment = comment;
  const removed = REMOVABLE.filter((name) => params.list("delete").includes(name));
  if (removed.includes("comment")) delete token.comment;
  if (removed.includes("expire")) token.expire = 0;
  lab.state.access.changed();
  const info = echoed(token, params);
  for (const name of removed) delete info[name];
  if (!params.flag("regenerate")) return info;
  token.secret = randomUUID();
  return { ...info, "full-tokenid": `${params.need("userid")}!${token.id}`, value: token.secret };
}
