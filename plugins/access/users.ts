import { defineTool, details, featured, fromApi, listing, rest, Type } from "../../sdk/index.ts";
import { ending, entriesOf, isOn, namesAt, needChange, refuseTaken } from "./answers.ts";
import { userId } from "./inputs.ts";

type Answer = Readonly<Record<string, unknown>>;

const LIST = "GET /access/users";
const ONE = "GET /access/users/{userid}";
/** Second factors are set up by their owners; a token may not. */
const OBSOLETE = ["keys"] as const;

const users = listing({
  of: "users",
  columns: [
    { key: "userid" },
    { key: "enabled", type: "boolean" },
    { key: "expire", unit: "time", title: "expires" },
    { key: "groups" },
    { key: "tokens", unit: "count" },
    { key: "comment" },
    { key: "realm", optional: true },
    { key: "firstname", optional: true },
    { key: "lastname", optional: true },
    { key: "email", optional: true },
    { key: "tfaLocked", type: "boolean", optional: true },
  ],
  filters: ["realm", "text"],
  counted: ["realm"],
});

export const userList = defineTool({
  name: "proxmox_user_list",
  title: "List users",
  describe: "Users with groups, number of API tokens, and when they expire.",
  risk: "read",
  uses: [LIST],
  input: featured(Type.Object(users.inputs), ["filter"]),
  result: users.result,
  async read(view, pve) {
    const all = await pve.get<readonly Answer[]>("/access/users", { full: true });
    return users.rows(all.map(userRow), view);
  },
});

function userRow(user: Answer) {
  const { userid, firstname, lastname, email, comment, tokens } = user;
  const text = (value: unknown) => (value === undefined || value === null ? undefined : String(value));
  return {
    userid: String(userid),
    enabled: isOn(user.enable, true),
    expire: ending(user.expire),
    groups: entriesOf(user.groups).join(", "),
    tokens: Array.isArray(tokens) ? tokens.length : 0,
    comment: text(comment),
    realm: String(userid).split("@").at(-1),
    firstname: text(firstname),
    lastname: text(lastname),
    email: text(email),
    tfaLocked: isOn(user["totp-locked"]) || ending(user["tfa-locked-until"]) !== undefined,
  };
}

const user = details([
  { key: "userid" },
  { key: "enabled", type: "boolean" },
  { key: "expire", unit: "time" },
  { key: "firstname" },
  { key: "lastname" },
  { key: "email" },
  { key: "comment" },
  { key: "groups", type: "array" },
  { key: "tokens", type: "array" },
]);

export const userGet = defineTool({
  name: "proxmox_user_get",
  title: "Look at a user",
  describe: "One user with groups and API tokens.",
  risk: "read",
  uses: [ONE],
  input: featured(Type.Object({ userid: userId(), ...user.inputs }), ["userid"]),
  result: user.result,
  async read({ userid, ...view }, pve) {
    const { enable, expire, firstname, lastname, email, comment, groups, tokens } = await pve.get<Answer>(
      "/access/users/{userid}",
      { userid },
    );
    const fields = {
      userid,
      enabled: isOn(enable, true),
      expire: ending(expire),
      firstname,
      lastname,
      email,
      comment,
      groups,
      tokens: Object.keys(tokens ?? {}),
    };
    return user.record({ title: `User ${userid}`, fields }, view);
  },
});

export const userCreate = defineTool({
  name: "proxmox_user_create",
  title: "Create a user",
  describe: "Creates a user; without rights until a group or proxmox_acl_set gives some.",
  risk: "write",
  uses: ["POST /access/users", LIST],
  input: fromApi("POST /access/users", {
    without: OBSOLETE,
    featured: ["groups", "password"],
    describe: { password: "Realm pve only", expire: "Seconds since the epoch; 0: never" },
    extra: { userid: userId() },
  }),
  async plan(input, pve) {
    refuseTaken("user", input.userid, await namesAt("/access/users", "userid", pve));
    return [rest.post("/access/users", input)];
  },
});

export const userUpdate = defineTool({
  name: "proxmox_user_update",
  title: "Change a user",
  describe: "Changes a user's groups, details, or whether it is enabled.",
  risk: "write",
  uses: ["PUT /access/users/{userid}", ONE],
  input: fromApi("PUT /access/users/{userid}", {
    without: OBSOLETE,
    featured: ["enable", "groups", "append"],
    describe: {
      groups: "Replace those it has",
      append: "Add the groups instead",
      expire: "Seconds since the epoch; 0: never",
    },
    extra: { userid: userId() },
  }),
  async plan({ userid, ...changes }, pve) {
    const { append: _append, ...given } = changes;
    needChange(given);
    await pve.get("/access/users/{userid}", { userid });
    return [rest.put("/access/users/{userid}", { userid, ...changes })];
  },
});

export const userDelete = defineTool({
  name: "proxmox_user_delete",
  title: "Delete a user",
  describe: "Deletes a user with its API tokens and ACL entries.",
  risk: "destructive",
  uses: ["DELETE /access/users/{userid}", ONE],
  input: fromApi("DELETE /access/users/{userid}", { extra: { userid: userId() } }),
  async plan({ userid }, pve) {
    await pve.get("/access/users/{userid}", { userid });
    return [rest.delete("/access/users/{userid}", { userid })];
  },
});
