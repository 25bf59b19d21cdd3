import { defineTool, details, featured, fromApi, listing, rest, Type } from "../../sdk/index.ts";
import { entriesOf, namesAt, needChange, refuseTaken } from "./answers.ts";

interface Group {
  readonly groupid: string;
  readonly comment?: string;
  readonly users?: string;
}

const LIST = "GET /access/groups";
const ONE = "GET /access/groups/{groupid}";

const groups = listing({
  of: "groups",
  columns: [{ key: "groupid" }, { key: "users" }, { key: "comment" }],
});

export const groupList = defineTool({
  name: "proxmox_group_list",
  title: "List groups",
  describe: "Groups of users with their members.",
  risk: "read",
  uses: [LIST],
  input: featured(Type.Object(groups.inputs), ["filter"]),
  result: groups.result,
  async read(view, pve) {
    const all = await pve.get<readonly Group[]>("/access/groups");
    const rows = all.map(({ groupid, comment, users }) => ({
      groupid,
      users: entriesOf(users).join(", "),
      comment,
    }));
    return groups.rows(rows, view);
  },
});

const group = details([{ key: "groupid" }, { key: "comment" }, { key: "users", type: "array" }]);

export const groupGet = defineTool({
  name: "proxmox_group_get",
  title: "Look at a group",
  describe: "One group of users with its members.",
  risk: "read",
  uses: [ONE],
  input: featured(Type.Object({ groupid: Type.String({ minLength: 1 }), ...group.inputs }), ["groupid"]),
  result: group.result,
  async read({ groupid, ...view }, pve) {
    const { comment, members } = await pve.get<{ comment?: string; members: readonly string[] }>(
      "/access/groups/{groupid}",
      { groupid },
    );
    return group.record({ title: `Group ${groupid}`, fields: { groupid, comment, users: members } }, view);
  },
});

export const groupCreate = defineTool({
  name: "proxmox_group_create",
  title: "Create a group",
  describe: "Creates a group of users; proxmox_user_update adds members.",
  risk: "write",
  uses: ["POST /access/groups", LIST],
  input: fromApi("POST /access/groups"),
  async plan(input, pve) {
    refuseTaken("group", String(input.groupid), await namesAt("/access/groups", "groupid", pve));
    return [rest.post("/access/groups", input)];
  },
});

export const groupUpdate = defineTool({
  name: "proxmox_group_update",
  title: "Change a group",
  describe: "Changes the comment of a group.",
  risk: "write",
  uses: ["PUT /access/groups/{groupid}", ONE],
  input: fromApi("PUT /access/groups/{groupid}"),
  async plan({ groupid, ...changes }, pve) {
    needChange(changes);
    await pve.get("/access/groups/{groupid}", { groupid });
    return [rest.put("/access/groups/{groupid}", { groupid, ...changes })];
  },
});

export const groupDelete = defineTool({
  name: "proxmox_group_delete",
  title: "Delete a group",
  describe: "Deletes a group and its ACL entries; the users stay.",
  risk: "destructive",
  uses: ["DELETE /access/groups/{groupid}", ONE],
  input: fromApi("DELETE /access/groups/{groupid}"),
  async plan({ groupid }, pve) {
    await pve.get("/access/groups/{groupid}", { groupid });
    return [rest.delete("/access/groups/{groupid}", { groupid })];
  },
});
