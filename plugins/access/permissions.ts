import { defineTool, featured, listing, Type } from "../../sdk/index.ts";
import { isOn } from "./answers.ts";
import { accountId } from "./inputs.ts";

/** Privileges by path, each with whether it holds below the path too. */
type Permissions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const permissions = listing({
  of: "paths",
  columns: [{ key: "path" }, { key: "privileges" }, { key: "onlyHere", title: "not below" }],
});

export const permissionsGet = defineTool({
  name: "proxmox_permissions_get",
  title: "Effective permissions",
  describe:
    "Privileges that an account holds, by path: roles, groups and pools resolved. Ours where left out.",
  risk: "read",
  uses: ["GET /access/permissions"],
  input: featured(
    Type.Object({
      userid: Type.Optional(accountId()),
      path: Type.Optional(Type.String({ pattern: "^/", description: "Any, such as /vms/100" })),
      ...permissions.inputs,
    }),
    ["userid", "path"],
  ),
  result: permissions.result,
  async read({ userid, path, ...view }, pve) {
    const held = await pve.get<Permissions>("/access/permissions", { userid, path });
    // A path that was asked for is answered even where nothing is held.
    const some = Object.entries(held).filter(([, flags]) => Object.keys(flags).length > 0);
    const rows = some.map(([where, flags]) => ({
      path: where,
      privileges: Object.keys(flags).sort().join(", "),
      onlyHere: Object.keys(flags)
        .filter((name) => !isOn(flags[name]))
        .sort()
        .join(", "),
    }));
    const none = "No privileges: the account has none there, or it does not exist.";
    return permissions.rows(rows, view, rows.length === 0 ? { note: none } : {});
  },
});
