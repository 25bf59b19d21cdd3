import type { Endpoint, PermissionCheck } from "../../../vendor/pve-docs/types.ts";
import { die, type LabError, permError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { normalizePath, privilegesToModify } from "./paths.ts";
import type { AccessState } from "./types.ts";
import { parseUserid } from "./userid.ts";

/** Parameters by name, as text; list values joined. */
export type CheckParams = (name: string) => string | undefined;

/** Evaluates the permissions that an endpoint declares. Throws the fault that Proxmox VE answers. */
export function checkDeclared(
  endpoint: Endpoint,
  id: string | undefined,
  params: CheckParams,
  access: AccessState,
): void {
  const { permissions } = endpoint;
  if (id === undefined) {
    if (permissions?.user === "world") return;
    throw permError("user != null");
  }
  if (id === "root@pam") return;
  if (permissions === undefined) throw permError("user != root@pam");
  if (permissions.user === "all" || permissions.user === "world") return;
  if (permissions.check === undefined) throw permError();
  const fault = faultOf(permissions.check, { id, params, access });
  if (fault !== undefined) throw fault;
}

interface Asking {
  readonly id: string;
  readonly params: CheckParams;
  readonly access: AccessState;
}

function faultOf(check: PermissionCheck, asking: Asking): LabError | undefined {
  const [kind, ...rest] = check;
  if (kind === "and") return firstFault(rest, asking);
  if (kind === "or") return faultOfAny(rest, asking);
  if (kind === "perm") return permFault(check, asking);
  if (kind === "userid-group") return useridGroupFault(check, asking);
  if (kind === "userid-param") return useridParamFault(String(rest[0]), asking);
  if (kind === "perm-modify") return permModifyFault(String(rest[0]), asking);
  throw die("unknown permission test");
}

function firstFault(checks: readonly unknown[], asking: Asking): LabError | undefined {
  for (const check of checks) {
    const fault = Array.isArray(check) ? faultOf(check, asking) : undefined;
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** Alternatives fail without a word, but one made of several parts speaks up as soon as a part is missing. */
function faultOfAny(checks: readonly unknown[], asking: Asking): LabError | undefined {
  for (const check of checks) {
    if (!Array.isArray(check)) continue;
    const fault = faultOf(check, asking);
    if (fault === undefined || check[0] === "and") return fault;
  }
  return permError();
}

/** The fault of lacking privileges on a path: the first missing one, or all of them where any would do. */
export function missing(
  access: AccessState,
  id: string,
  path: string | undefined,
  privileges: readonly string[],
  mode: "all" | "any",
): LabError | undefined {
  const held = path === undefined && id !== "root@pam" ? new Map() : access.permissions(id, path ?? "");
  if (mode === "any") {
    if (privileges.some((name) => held.has(name))) return undefined;
    return permError(`${path ?? ""}, ${privileges.join("|")}`);
  }
  const lacking = privileges.find((name) => !held.has(name));
  return lacking === undefined ? undefined : permError(`${path ?? ""}, ${lacking}`);
}

function permFault(check: PermissionCheck, { id, params, access }: Asking): LabError | undefined {
  const [, template, privileges, ...options] = check;
  const required = optionOf(options, "require_param");
  if (typeof required === "string" && params(required) === undefined) return permError();
  const path = normalizePath(fill(String(template), params));
  const mode = optionOf(options, "any") ? "any" : "all";
  return missing(access, id, path, Array.isArray(privileges) ? privileges.map(String) : [], mode);
}

function useridGroupFault(check: PermissionCheck, { id, params, access }: Asking): LabError | undefined {
  const [, names, ...options] = check;
  const privileges = Array.isArray(names) ? names.map(String) : [];
  const groupsParam = optionOf(options, "groups_param");
  const userid = params("userid") ?? "";
  const mustExist = groupsParam !== "create";
  if (mustExist && !access.users.has(parseUserid(userid).userid)) return die(`no such user ('${userid}')`);
  if (missing(access, id, "/access/groups", privileges, "any") === undefined) return undefined;
  const mine = new Set(
    [...access.groups.keys()].filter(
      (group) => missing(access, id, `/access/groups/${group}`, privileges, "any") === undefined,
    ),
  );
  if (groupsParam) {
    const wanted = splitList(params("groups") ?? "");
    const text = privileges.join("|");
    if (wanted.length === 0) return permError(`/access/groups, ${text}`);
    const foreign = wanted.find((group) => !mine.has(group));
    if (foreign !== undefined) return permError(`/access/groups/${foreign}, ${text}`);
  }
  const reaches = [...mine].some((group) => access.groups.get(group)?.users.has(userid));
  return mustExist && !reaches ? permError() : undefined;
}

function useridParamFault(test: string, { id, params, access }: Asking): LabError | undefined {
  const { userid, realm } = parseUserid(params("userid") ?? "");
  if (test === "Realm.AllocateUser") {
    return missing(access, id, `/access/realm/${realm}`, ["Realm.AllocateUser"], "all");
  }
  if (!access.users.has(userid)) return die(`no such user ('${userid}')`);
  return id === userid ? undefined : permError();
}

/** What changing the ACL of a path takes. */
function permModifyFault(template: string, { id, params, access }: Asking): LabError | undefined {
  const path = normalizePath(fill(template, params));
  if (path === undefined) return undefined;
  return missing(access, id, path, privilegesToModify(path), "any");
}

function fill(template: string, params: CheckParams): string {
  return template.replace(/\{([^}]+)\}/g, (_, name: string) => params(name) ?? "");
}

/** Options follow the positional parts as a flat list of names and values. */
function optionOf(options: readonly unknown[], name: string): unknown {
  const at = options.indexOf(name);
  return at < 0 ? undefined : options[at + 1];
}
