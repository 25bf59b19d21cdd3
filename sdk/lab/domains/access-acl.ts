import { aclKey } from "../access/access.ts";
import { isAclPath, normalizePath, pathPrefixes, privilegesToModify } from "../access/paths.ts";
import type { AclEntry, LabRole } from "../access/types.ts";
import { die, paramError } from "../errors.ts";
import { underLock } from "../sections.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { tokenOf } from "./access-parts.ts";

/** `/access/acl` and `/access/permissions`. (pve-access-control, src/PVE/API2/ACL.pm) */
export function registerAcl(lab: LabCore): void {
  lab.route("GET /access/acl", ({ may, lab: { state } }) =>
    [...state.access.acl.values()]
      .filter(({ path }) => may("/access", ["Sys.Audit"]) || may(path, privilegesToModify(path), "any"))
      .map(({ path, type, ugid, roleid, propagate }) => ({
        path,
        type,
        ugid,
        roleid,
        propagate: propagate ? 1 : 0,
      }))
      .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)),
  );
  lab.route("PUT /access/acl", updateAcl);
  lab.route("GET /access/permissions", readPermissions);
}

/** Parameters that name holders, with the type of their entries, in the order they are looked at. */
const HOLDERS = [
  ["groups", "group"],
  ["users", "user"],
  ["tokens", "token"],
] as const;

function updateAcl(request: LabRequest): null {
  const { params, lab } = request;
  const { access } = lab.state;
  const isNamed = HOLDERS.some(([name]) => !["", "0"].includes(params.text(name) ?? ""));
  if (!isNamed) {
    const message = "either 'users', 'groups' or 'tokens' is required.";
    throw paramError({ users: message, groups: message, tokens: message });
  }
  const path = normalizePath(params.need("path"));
  // What lies on a path that nothing knows any more can still be taken away.
  if (path === undefined || !(params.flag("delete") || isAclPath(path))) {
    throw paramError({ path: `invalid ACL path '${params.need("path")}'` });
  }
  const entries = underLock("ACL update failed", () => entriesOf(request, path));
  for (const entry of entries) {
    if (params.flag("delete")) access.acl.delete(aclKey(entry));
    else access.acl.set(aclKey(entry), entry);
  }
  access.changed();
  return null;
}

function entriesOf(request: LabRequest, path: string): readonly AclEntry[] {
  const { params, lab } = request;
  const propagate = params.flag("propagate", true);
  const entries: AclEntry[] = [];
  for (const roleid of params.list("roles")) {
    const role = lab.state.access.roles.get(roleid);
    if (role === undefined) throw die(`role '${roleid}' does not exist`);
    requireGrantable(request, role, { path, propagate });
    for (const [name, type] of HOLDERS) {
      for (const ugid of params.list(name)) {
        requireHolder(lab.state, type, ugid);
        // Root needs no entries, and none are kept.
        if (ugid !== "root@pam") entries.push({ path, type, ugid, roleid, propagate });
      }
    }
  }
  return entries;
}

/** Who may not change all permissions hands out at most what they hold themselves. */
function requireGrantable(
  { params, lab, caller }: LabRequest,
  { roleid, privileges }: LabRole,
  { path, propagate }: Pick<AclEntry, "path" | "propagate">,
): void {
  const held = lab.state.access.permissions(caller.id, path);
  if (held.has("Permissions.Modify")) return;
  const removes = params.flag("delete");
  const refused = (why: string): Error =>
    paramError({ role: `Cannot ${removes ? "remove" : "add"} role '${roleid}' ${why}` });
  for (const name of privileges) {
    const propagates = held.get(name);
    if (propagates === undefined) throw refused("- requires 'Permissions.Modify' or superset of privileges.");
    if (propagate && !propagates && !removes)
      throw refused("with propagation - requires 'Permissions.Modify' or propagated superset of privileges.");
  }
  if (roleid === "NoAccess") throw refused("- requires 'Permissions.Modify'");
}

function requireHolder(state: LabState, type: AclEntry["type"], ugid: string): void {
  if (type === "token") {
    const [user = "", token = ""] = ugid.split("!");
    tokenOf(state, user, token);
    return;
  }
  const { users, groups } = state.access;
  if (type === "user" ? users.has(ugid) : groups.has(ugid)) return;
  throw die(`${type} '${ugid}' does not exist`);
}

/** Paths that are always looked at. */
const TOP = ["/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"];

function readPermissions({ params, lab, caller, check }: LabRequest): unknown {
  const { access, pools } = lab.state;
  const asked = params.text("userid") ?? caller.id;
  const isOwn = asked === caller.id || asked.startsWith(`${caller.id}!`);
  if (!isOwn) check("/access", ["Sys.Audit"]);
  const path = params.text("path");
  // One that is asked for is told of in any case, however little is held there.
  if (path !== undefined && path !== "" && path !== "0") {
    return { [path]: flags(access.permissions(asked, path)) };
  }
  const paths = new Set(TOP);
  for (const { path: named } of access.acl.values()) {
    for (const prefix of pathPrefixes(named)) paths.add(prefix);
  }
  for (const pool of pools.values()) {
    for (const vmid of pool.guests) paths.add(`/vms/${vmid}`);
    for (const storage of pool.storages) paths.add(`/storage/${storage}`);
  }
  const found: Record<string, unknown> = {};
  for (const each of paths) {
    const held = access.permissions(asked, each);
    if (held.size > 0) found[each] = flags(held);
  }
  return found;
}

function flags(held: ReadonlyMap<string, boolean>): Record<string, number> {
  return Object.fromEntries([...held].map(([name, propagate]) => [name, propagate ? 1 : 0]));
}
