import {
  defineTool,
  featured,
  fromApi,
  listing,
  type ParamValue,
  type PveReader,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { entriesOf, isOn } from "./answers.ts";
import { ROLES, rolesOf } from "./roles.ts";

interface AclEntry {
  readonly path: string;
  readonly type: string;
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate?: unknown;
}

const ACL = "GET /access/acl";
const SET = "PUT /access/acl";

const entries = listing({
  of: "ACL entries",
  columns: [
    { key: "path" },
    { key: "type" },
    { key: "holder" },
    { key: "role" },
    { key: "propagate", type: "boolean" },
  ],
  filters: ["path", "holder", "role", "text"],
  id: ["path", "type", "holder", "role"],
});

export const aclList = defineTool({
  name: "proxmox_acl_list",
  title: "List ACL entries",
  describe: "Which user, group or token holds which role on which path.",
  risk: "read",
  uses: [ACL],
  input: featured(Type.Object(entries.inputs), ["filter"]),
  result: entries.result,
  async read(view, pve) {
    const all = await pve.get<readonly AclEntry[]>("/access/acl");
    const rows = all.map(({ path, type, ugid, roleid, propagate }) => ({
      path,
      type,
      holder: ugid,
      role: roleid,
      propagate: isOn(propagate, true),
    }));
    return entries.rows(rows, view);
  },
});

/** Inputs that name holders, with the type of their entries. */
const HOLDERS = [
  ["users", "user"],
  ["groups", "group"],
  ["tokens", "token"],
] as const;

/** Names of a list parameter, given as a list or as one text. */
function namesIn(value: ParamValue): readonly string[] {
  if (value === undefined) return [];
  const parts: readonly unknown[] = typeof value === "object" ? value : [value];
  return parts.flatMap((part) => entriesOf(String(part).replaceAll(/[\s;]+/g, ",")));
}

type Given = Readonly<Record<string, ParamValue>>;

function needHolder(input: Given): void {
  if (HOLDERS.some(([name]) => namesIn(input[name]).length > 0)) return;
  throw new ToolError({
    code: "invalid_input",
    message: "Nobody is named.",
    next: "Give users, groups or tokens.",
  });
}

async function needRoles(input: Given, pve: PveReader): Promise<void> {
  const known = (await rolesOf(pve)).map(({ roleid }) => roleid);
  const unknown = namesIn(input.roles).filter((role) => !known.includes(role));
  if (unknown.length === 0) return;
  throw new ToolError({
    code: "not_found",
    message: `There is no role ${unknown.join(", ")}.`,
    next: "proxmox_role_list shows the roles there are.",
  });
}

export const aclSet = defineTool({
  name: "proxmox_acl_set",
  title: "Give roles on a path",
  describe: "Gives users, groups or tokens roles on a path such as /, /vms/100 or /pool/web.",
  risk: "write",
  uses: [SET, ROLES],
  input: fromApi(SET, {
    without: ["delete"],
    featured: ["users", "groups", "tokens"],
    describe: { tokens: "user@realm!token", propagate: "To what is below; default" },
  }),
  async plan(input, pve) {
    needHolder(input);
    await needRoles(input, pve);
    return [rest.put("/access/acl", input)];
  },
});

export const aclRemove = defineTool({
  name: "proxmox_acl_remove",
  title: "Take roles on a path away",
  describe: "Removes ACL entries: these roles of these users, groups or tokens on a path.",
  risk: "destructive",
  uses: [SET, ACL],
  input: fromApi(SET, { without: ["delete", "propagate"], featured: ["users", "groups", "tokens"] }),
  async plan(input, pve) {
    needHolder(input);
    await needEntries(input, pve);
    return [rest.put("/access/acl", { ...input, delete: true })];
  },
});

/** The API removes what is not there without a word; a slip in a name would leave the rights in place. */
async function needEntries(input: Given, pve: PveReader): Promise<void> {
  const all = await pve.get<readonly AclEntry[]>("/access/acl");
  const path = onePath(String(input.path));
  const wanted = namesIn(input.roles).flatMap((role) =>
    HOLDERS.flatMap(([name, type]) => namesIn(input[name]).map((holder) => ({ role, type, holder }))),
  );
  const missing = wanted.filter(
    ({ role, type, holder }) =>
      !all.some(
        (entry) =>
          onePath(entry.path) === path &&
          entry.roleid === role &&
          entry.type === type &&
          entry.ugid === holder,
      ),
  );
  if (missing.length === 0) return;
  const shown = missing.map(({ role, type, holder }) => `${role} of ${type} ${holder}`);
  throw new ToolError({
    code: "not_found",
    message: `On ${path} there is no entry, or none that may be seen: ${shown.join("; ")}.`,
    next:
      "proxmox_acl_list shows the entries; rights may also come from a path above, or from a group. " +
      `Entries are seen with Sys.Audit on /access, or with Permissions.Modify on ${path}.`,
  });
}

/** A path in its one spelling. */
function onePath(path: string): string {
  const trimmed = path.replaceAll(/\/+/g, "/").replace(/\/$/, "");
  return trimmed.startsWith("/") ? trimmed : `/${trimmed}`;
}
