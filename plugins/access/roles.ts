import {
  defineTool,
  details,
  featured,
  fromApi,
  listing,
  type PveReader,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { entriesOf, isOn, refuseTaken } from "./answers.ts";

/** A role as the list shows it; `special` ones come with Proxmox VE. */
interface Role {
  readonly roleid: string;
  readonly privs?: string;
  readonly special?: unknown;
}

/** Where roles are read; for `uses`. Everyone may. */
export const ROLES = "GET /access/roles";

const roles = listing({
  of: "roles",
  columns: [
    { key: "roleid" },
    { key: "builtIn", type: "boolean" },
    { key: "count", unit: "count", title: "privileges" },
    { key: "privileges", optional: true },
  ],
});

export const roleList = defineTool({
  name: "proxmox_role_list",
  title: "List roles",
  describe: "Roles, built in or own. The filter finds privileges too.",
  risk: "read",
  uses: [ROLES],
  input: featured(Type.Object(roles.inputs), ["filter"]),
  result: roles.result,
  async read(view, pve) {
    const rows = (await rolesOf(pve)).map(({ roleid, privs, special }) => {
      const privileges = entriesOf(privs);
      return {
        roleid,
        builtIn: isOn(special),
        count: privileges.length,
        privileges: privileges.join(", "),
      };
    });
    return roles.rows(rows, view);
  },
});

/** All roles. */
export function rolesOf(pve: PveReader): Promise<readonly Role[]> {
  return pve.get<readonly Role[]>("/access/roles");
}

/** One role; fails with `not_found`. */
async function roleOf(roleid: string, pve: PveReader): Promise<Role> {
  const found = (await rolesOf(pve)).find((one) => one.roleid === roleid);
  if (found !== undefined) return found;
  throw new ToolError({
    code: "not_found",
    message: `There is no role ${roleid}.`,
    next: "proxmox_role_list shows the roles there are.",
  });
}

/** Fails with `not_found`, or with `invalid_input` for a role that comes with Proxmox VE. */
async function needOwn(roleid: string, pve: PveReader): Promise<void> {
  const { special } = await roleOf(roleid, pve);
  if (!isOn(special)) return;
  throw new ToolError({
    code: "invalid_input",
    message: `The role ${roleid} is built in and stays as it is.`,
    next: "Create a role of your own with proxmox_role_create.",
  });
}

const role = details([
  { key: "roleid" },
  { key: "builtIn", type: "boolean" },
  { key: "privileges", type: "array" },
]);

export const roleGet = defineTool({
  name: "proxmox_role_get",
  title: "Look at a role",
  describe: "One role with its privileges.",
  risk: "read",
  uses: [ROLES],
  input: featured(Type.Object({ roleid: Type.String({ minLength: 1 }), ...role.inputs }), ["roleid"]),
  result: role.result,
  async read({ roleid, ...view }, pve) {
    const { privs, special } = await roleOf(roleid, pve);
    const fields = { roleid, builtIn: isOn(special), privileges: entriesOf(privs) };
    return role.record({ title: `Role ${roleid}`, fields }, view);
  },
});

export const roleCreate = defineTool({
  name: "proxmox_role_create",
  title: "Create a role",
  describe: "Creates a role of these privileges, such as VM.Audit.",
  risk: "write",
  uses: ["POST /access/roles", ROLES],
  input: fromApi("POST /access/roles"),
  async plan(input, pve) {
    const taken = (await rolesOf(pve)).map(({ roleid }) => roleid);
    refuseTaken("role", String(input.roleid), taken);
    return [rest.post("/access/roles", input)];
  },
});

export const roleUpdate = defineTool({
  name: "proxmox_role_update",
  title: "Change a role",
  describe: "Replaces the privileges of a role, for all who hold it.",
  risk: "write",
  uses: ["PUT /access/roles/{roleid}", ROLES],
  input: fromApi("PUT /access/roles/{roleid}", {
    // Without privileges the API would take all of them away.
    require: ["privs"],
    describe: { append: "Add instead" },
  }),
  async plan({ roleid, ...changes }, pve) {
    await needOwn(roleid, pve);
    return [rest.put("/access/roles/{roleid}", { roleid, ...changes })];
  },
});

export const roleDelete = defineTool({
  name: "proxmox_role_delete",
  title: "Delete a role",
  describe: "Deletes a role; who holds it loses its privileges.",
  risk: "destructive",
  uses: ["DELETE /access/roles/{roleid}", ROLES],
  input: fromApi("DELETE /access/roles/{roleid}"),
  async plan({ roleid }, pve) {
    await needOwn(roleid, pve);
    return [rest.delete("/access/roles/{roleid}", { roleid })];
  },
});
