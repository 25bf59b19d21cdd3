import type { LabGroup, LabRole } from "../access/types.ts";
import { die, paramError } from "../errors.ts";
import type { LabCore, LabState } from "../types.ts";
import { dropAcl } from "./access-parts.ts";
import { defined } from "./defined.ts";

/** `/access/groups` and `/access/roles`. */
export function registerGroupsAndRoles(lab: LabCore): void {
  const { access } = lab.state;
  lab.route("GET /access/groups", ({ may }) =>
    [...access.groups.values()]
      .filter(({ groupid }) =>
        may(`/access/groups/${groupid}`, ["User.Modify", "Sys.Audit", "Group.Allocate"], "any"),
      )
      .map((group) => ({
        groupid: group.groupid,
        ...defined({ comment: group.comment }),
        users: [...group.users].sort().join(","),
      })),
  );
  lab.route("POST /access/groups", ({ params }) => {
    const groupid = params.need("groupid");
    if (access.groups.has(groupid)) throw die(`create group failed: group '${groupid}' already exists`);
    const text = params.text("comment");
    access.groups.set(groupid, {
      groupid,
      users: new Set(),
      ...(text === undefined ? {} : { comment: text }),
    });
    return null;
  });
  lab.route("GET /access/groups/{groupid}", ({ params }) => {
    const group = groupOf(lab.state, params.need("groupid"), "");
    return { ...defined({ comment: group.comment }), members: [...group.users] };
  });
  lab.route("PUT /access/groups/{groupid}", ({ params }) => {
    const group = groupOf(lab.state, params.need("groupid"), "update group failed: ");
    const text = params.text("comment");
    if (text !== undefined) group.comment = text;
    return null;
  });
  lab.route("DELETE /access/groups/{groupid}", ({ params }) => {
    const { groupid } = groupOf(lab.state, params.need("groupid"), "delete group failed: ");
    access.groups.delete(groupid);
    dropAcl(lab.state, "group", (ugid) => ugid === groupid);
    return null;
  });
  registerRoles(lab);
}

function registerRoles(lab: LabCore): void {
  const { access } = lab.state;
  lab.route("GET /access/roles", () =>
    [...access.roles.values()].map(({ roleid, privileges, special }) => ({
      roleid,
      privs: [...privileges].sort().join(","),
      special: special ? 1 : 0,
    })),
  );
  lab.route("GET /access/roles/{roleid}", ({ params }) => {
    const { privileges } = roleOf(lab.state, params.need("roleid"), "");
    return Object.fromEntries([...privileges].map((name) => [name, 1]));
  });
  lab.route("POST /access/roles", ({ params }) => {
    const roleid = params.need("roleid");
    if (lab.release.major >= 8 && /^pve/i.test(roleid)) {
      throw paramError({
        roleid: "cannot use role ID starting with the (case-insensitive) 'PVE' namespace",
      });
    }
    if (access.roles.has(roleid)) throw die(`create role failed: role '${roleid}' already exists`);
    access.roles.set(roleid, { roleid, special: false, privileges: new Set(params.list("privs")) });
    access.changed();
    return null;
  });
  lab.route("PUT /access/roles/{roleid}", ({ params }) => {
    const role = changeable(lab.state, params.need("roleid"), "update", "modified");
    if (!params.flag("append")) role.privileges.clear();
    for (const name of params.list("privs")) role.privileges.add(name);
    access.changed();
    return null;
  });
  lab.route("DELETE /access/roles/{roleid}", ({ params }) => {
    const { roleid } = changeable(lab.state, params.need("roleid"), "delete", "deleted");
    access.roles.delete(roleid);
    // Entries that name a role that is no more are ignored with the next read of the file.
    for (const [key, entry] of access.acl) if (entry.roleid === roleid) access.acl.delete(key);
    access.changed();
    return null;
  });
}

function groupOf(state: LabState, groupid: string, prefix: string): LabGroup {
  const group = state.access.groups.get(groupid);
  if (group === undefined) throw die(`${prefix}group '${groupid}' does not exist`);
  return group;
}

function roleOf(state: LabState, roleid: string, prefix: string): LabRole {
  const role = state.access.roles.get(roleid);
  if (role === undefined) throw die(`${prefix}role '${roleid}' does not exist`);
  return role;
}

function changeable(state: LabState, roleid: string, doing: string, done: string): LabRole {
  const role = roleOf(state, roleid, `${doing} role failed: `);
  if (role.special) throw die(`auto-generated role '${roleid}' cannot be ${done}`);
  return role;
}
