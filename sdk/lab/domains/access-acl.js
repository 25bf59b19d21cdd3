import { aclKey } from "../access/access.js";
import { isAclPath, normalizePath } from "../access/paths.js";
import { die, paramError } from "../errors.js";
/** `/access/acl` and `/access/permissions`. */
export function registerAcl(lab) {
    lab.route("GET /access/acl", ({ may, lab: { state } }) => [...state.access.acl.values()]
        .filter(({ path }) => may("/access", ["Sys.Audit", "Permissions.Modify"], "any") || may(path, ["Permissions.Modify"]))
        .map(({ path, type, ugid, roleid, propagate }) => ({
        path,
        type,
        ugid,
        roleid,
        propagate: propagate ? 1 : 0,
    }))
        .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)));
    lab.route("PUT /access/acl", updateAcl);
    lab.route("GET /access/permissions", readPermissions);
}
/** Parameters that name holders, with the type of their entries. */
const HOLDERS = [
    ["users", "user"],
    ["groups", "group"],
    ["tokens", "token"],
];
function updateAcl({ params, lab: { state } }) {
    if (!HOLDERS.some(([name]) => params.has(name))) {
        const message = "either 'users', 'groups' or 'tokens' is required.";
        throw paramError({ users: message, groups: message, tokens: message });
    }
    const path = normalizePath(params.need("path"));
    if (path === undefined || !isAclPath(path)) {
        throw paramError({ path: `invalid ACL path '${params.need("path")}'` });
    }
    const entries = [];
    for (const roleid of params.list("roles")) {
        if (!state.access.roles.has(roleid))
            throw die(`ACL update failed: role '${roleid}' does not exist`);
        for (const [name, type] of HOLDERS) {
            for (const ugid of params.list(name)) {
                requireHolder(state, type, ugid);
                // Root needs no entries, and none are kept.
                if (ugid === "root@pam")
                    continue;
                entries.push({ path, type, ugid, roleid, propagate: params.flag("propagate", true) });
            }
        }
    }
    for (const entry of entries) {
        if (params.flag("delete"))
            state.access.acl.delete(aclKey(entry));
        else
            state.access.acl.set(aclKey(entry), entry);
    }
    state.access.changed();
    return null;
}
function requireHolder({ access }, type, ugid) {
    if (type === "token") {
        const [user = "", token = ""] = ugid.split("!");
        if (access.users.get(user)?.tokens.has(token))
            return;
        throw die(`ACL update failed: no such token '${token}' for user '${user}'`);
    }
    if (type === "user" ? access.users.has(ugid) : access.groups.has(ugid))
        return;
    throw die(`ACL update failed: ${type} '${ugid}' does not exist`);
}
/** Paths that are always looked at. */
const TOP = ["/", "/access", "/access/groups", "/nodes", "/pool", "/sdn", "/storage", "/vms"];
function readPermissions({ params, lab, caller, check }) {
    const { access, pools } = lab.state;
    const asked = params.text("userid") ?? caller.id;
    const isOwn = asked === caller.id || asked.startsWith(`${caller.id}!`);
    if (!isOwn)
        check("/access", ["Sys.Audit"]);
    const path = params.text("path");
    const exists = access.users.has(asked.split("!")[0] ?? "");
    if (!exists)
        return {};
    if (path !== undefined) {
        const found = flags(access.permissions(asked, path));
        return Object.keys(found).length === 0 ? {} : { [path]: found };
    }
    const paths = new Set([...TOP, ...[...access.acl.values()].map((entry) => entry.path)]);
    for (const pool of pools.values()) {
        for (const vmid of pool.guests)
            paths.add(`/vms/${vmid}`);
        for (const storage of pool.storages)
            paths.add(`/storage/${storage}`);
    }
    const found = {};
    for (const each of paths) {
        const held = access.permissions(asked, each);
        if (held.size > 0)
            found[each] = flags(held);
    }
    return found;
}
function flags(held) {
    return Object.fromEntries([...held].map(([name, propagate]) => [name, propagate ? 1 : 0]));
}
