import {
  defineTool,
  featured,
  fromApi,
  type HandOver,
  type HandOverAbout,
  listing,
  type PveReader,
  record,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { ending, isOn, needChange, refuseTaken } from "./answers.ts";
import { tokenName, userId } from "./inputs.ts";

interface Token {
  readonly tokenid: string;
  readonly privsep?: unknown;
  readonly expire?: unknown;
  readonly comment?: string;
}

interface Owner {
  readonly userid: string;
  readonly tokens?: readonly Token[] | null;
}

const OF_USER = "GET /access/users/{userid}/token";
const PUT = "PUT /access/users/{userid}/token/{tokenid}";
const PATH = "/access/users/{userid}/token/{tokenid}";
const IDS = { userid: userId(), tokenid: tokenName() };
const WORDS = {
  privsep: "Rights of its own only, not its user's; default",
  expire: "Seconds since the epoch; 0: never",
};

const tokens = listing({
  of: "API tokens",
  columns: [
    { key: "userid" },
    { key: "tokenid" },
    { key: "privsep", type: "boolean", title: "separated" },
    { key: "expire", unit: "time", title: "expires" },
    { key: "comment" },
  ],
  filters: ["userid", "text"],
  id: ["userid", "tokenid"],
});

export const tokenList = defineTool({
  name: "proxmox_token_list",
  title: "List API tokens",
  describe: "API tokens of all users, without their secrets.",
  risk: "read",
  uses: ["GET /access/users"],
  input: featured(Type.Object(tokens.inputs), ["filter"]),
  result: tokens.result,
  async read(view, pve) {
    const users = await pve.get<readonly Owner[]>("/access/users", { full: true });
    const rows = users.flatMap(({ userid, tokens: owned }) =>
      (owned ?? []).map(({ tokenid, privsep, expire, comment }) => ({
        userid,
        tokenid,
        privsep: isOn(privsep, true),
        expire: ending(expire),
        comment,
      })),
    );
    return tokens.rows(rows, view);
  },
});

async function tokensOf(userid: string, pve: PveReader): Promise<readonly string[]> {
  const all = await pve.get<readonly Token[]>("/access/users/{userid}/token", { userid });
  return all.map(({ tokenid }) => tokenid);
}

/** Fails with `not_found` where the user has no such token, before anyone is asked to confirm. */
async function needToken(userid: string, tokenid: string, pve: PveReader): Promise<void> {
  const there = await tokensOf(userid, pve);
  if (there.includes(tokenid)) return;
  throw new ToolError({
    code: "not_found",
    message: `The user ${userid} has no API token ${tokenid}.`,
    next: there.length === 0 ? "It has none." : `It has ${there.join(", ")}.`,
  });
}

/** The new secret, which the API tells this once. */
function secretOf(answer: unknown, { params }: HandOverAbout): HandOver {
  const { userid, tokenid } = params;
  const value = typeof answer === "object" && answer !== null && "value" in answer ? answer.value : undefined;
  if (typeof value !== "string") {
    throw new ToolError({
      code: "upstream",
      message: `Proxmox VE made a secret for ${String(userid)}!${String(tokenid)}, but did not tell it.`,
      next: "Look at the token with proxmox_token_list; it needs a new secret.",
    });
  }
  const full = `${String(userid)}!${String(tokenid)}`;
  return {
    record: record({
      title: `API token ${full}`,
      fields: { fullTokenId: full },
      note: `Proxmox VE cannot show it again. It goes into the header Authorization: PVEAPIToken=${full}=SECRET.`,
    }),
    secrets: { tokenSecret: value },
  };
}

export const tokenCreate = defineTool({
  name: "proxmox_token_create",
  title: "Create an API token",
  describe:
    "Creates an API token and answers its secret, once. A separated one has no rights until proxmox_acl_set.",
  risk: "write",
  uses: ["POST /access/users/{userid}/token/{tokenid}", OF_USER],
  input: fromApi("POST /access/users/{userid}/token/{tokenid}", {
    featured: [],
    describe: WORDS,
    extra: IDS,
  }),
  async plan({ userid, tokenid, ...options }, pve) {
    refuseTaken("API token", tokenid, await tokensOf(userid, pve));
    return [rest.post(PATH, { userid, tokenid, ...options })];
  },
  handOver: secretOf,
});

export const tokenUpdate = defineTool({
  name: "proxmox_token_update",
  title: "Change an API token",
  describe: "Changes an API token's expiry, comment or separation; its secret stays.",
  risk: "write",
  uses: [PUT, OF_USER],
  input: fromApi(PUT, { without: ["regenerate"], featured: [], describe: WORDS, extra: IDS }),
  async plan({ userid, tokenid, ...changes }, pve) {
    needChange(changes);
    await needToken(userid, tokenid, pve);
    return [rest.put(PATH, { userid, tokenid, ...changes })];
  },
});

/** The first major release that renews secrets; before it a token has to be deleted and created anew. */
const RENEWS = 9;

export const tokenRegenerate = defineTool({
  name: "proxmox_token_regenerate",
  title: "Renew an API token's secret",
  describe: "Makes a new secret, answers it once; the old one ends at once. Proxmox VE 9.",
  risk: "destructive",
  uses: [PUT, OF_USER],
  input: fromApi(PUT, { only: [], extra: IDS }),
  async plan({ userid, tokenid }, pve) {
    const { major, version } = await pve.version();
    if (major < RENEWS) {
      throw new ToolError({
        code: "unsupported",
        message: `Proxmox VE ${version} cannot renew the secret of a token.`,
        next: "Delete the token and create it anew; its ACL entries have to be set again.",
      });
    }
    await needToken(userid, tokenid, pve);
    return [rest.put(PATH, { userid, tokenid, regenerate: true })];
  },
  handOver: secretOf,
});

export const tokenDelete = defineTool({
  name: "proxmox_token_delete",
  title: "Delete an API token",
  describe: "Deletes an API token and its ACL entries.",
  risk: "destructive",
  uses: ["DELETE /access/users/{userid}/token/{tokenid}", OF_USER],
  input: fromApi("DELETE /access/users/{userid}/token/{tokenid}", { extra: IDS }),
  async plan({ userid, tokenid }, pve) {
    await needToken(userid, tokenid, pve);
    return [rest.delete(PATH, { userid, tokenid })];
  },
});
