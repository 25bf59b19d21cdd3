import { codeChecks, isRead } from "./code-checks/index.ts";
import { keyOf } from "./risk.ts";
import type { CallParams, Endpoint, EndpointPrivileges, PrivilegeNeed } from "./types.ts";
import { splitList } from "./wire.ts";

/** Needs that must all hold. */
type Alternative = readonly PrivilegeNeed[];

function fill(template: string, params: CallParams): string {
  return template.replace(/\{([^}]+)\}/g, (placeholder, name: string) => {
    const value = params[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : placeholder;
  });
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** `"any", 1, "require_param", "pool"` after the fixed part of a check. */
function optionsOf(check: readonly unknown[], from: number): Readonly<Record<string, unknown>> {
  const options: Record<string, unknown> = {};
  for (let at = from; at + 1 < check.length; at += 2) options[String(check[at])] = check[at + 1];
  return options;
}

function everyPair(left: readonly Alternative[], right: readonly Alternative[]): readonly Alternative[] {
  return left.flatMap((one) => right.map((other) => [...one, ...other]));
}

/** (pve-access-control, src/PVE/AccessControl.pm, normalize_path) */
function normalized(path: string): string {
  return path.replace(/\/{2,}/g, "/").replace(/(.)\/$/, "$1");
}

/** (pve-access-control, src/PVE/RPCEnvironment.pm, check_perm_modify) */
function modifyNeeds(path: string): PrivilegeNeed {
  const also: Readonly<Record<string, string>> = {
    storage: "Datastore.Allocate",
    vms: "VM.Allocate",
    pool: "Pool.Allocate",
  };
  const kind = /^\/(storage|vms|pool)\/./.exec(path)?.[1];
  const privileges = ["Permissions.Modify"];
  const other = kind === undefined ? undefined : also[kind];
  if (other !== undefined) privileges.push(other);
  return { path, privileges, any: true };
}

function userNeeds(check: readonly unknown[], params: CallParams): readonly Alternative[] {
  if (check[1] === "self") {
    return [[{ path: fill("/access/users/{userid}", params), privileges: [], condition: "the user itself" }]];
  }
  const userid = typeof params.userid === "string" ? params.userid : undefined;
  const realm = userid === undefined ? undefined : /@([^@]+)$/.exec(userid)?.[1];
  return [[{ path: `/access/realm/${realm ?? "{realm}"}`, privileges: [String(check[1])] }]];
}

/** On all groups, or on each that is named. (pve-access-control, src/PVE/RPCEnvironment.pm, exec_api2_perm_check) */
function groupNeeds(check: readonly unknown[], params: CallParams, known: boolean): Alternative {
  const need = { privileges: strings(check[1]), any: true };
  if (!known) return [{ ...need, path: "/access/groups/{group}" }];
  const { groups_param: byParam } = optionsOf(check, 2);
  const { groups } = params;
  // A user that is there already may be in other groups, which are asked about too.
  const named =
    byParam === "create" ? splitList(Array.isArray(groups) ? groups.join(",") : String(groups ?? "")) : [];
  const paths = named.length === 0 ? ["/access/groups"] : named.map((group) => `/access/groups/${group}`);
  return paths.map((path) => ({ ...need, path }));
}

/** (pve-access-control, src/PVE/RPCEnvironment.pm, exec_api2_perm_check) */
function alternatives(check: readonly unknown[], params: CallParams, given: boolean): readonly Alternative[] {
  const inner = check.slice(1).filter((part): part is readonly unknown[] => Array.isArray(part));
  switch (check[0]) {
    case "and":
      return inner
        .map((part) => alternatives(part, params, given))
        .reduce<readonly Alternative[]>(everyPair, [[]]);
    case "or":
      return inner.flatMap((part) => alternatives(part, params, given));
    case "perm": {
      const options = optionsOf(check, 3);
      const needed = options.require_param;
      if (given && typeof needed === "string" && params[needed] === undefined) return [];
      const need = { path: fill(String(check[1]), params), privileges: strings(check[2]) };
      return [[options.any ? { ...need, any: true } : need]];
    }
    case "perm-modify":
      return [[modifyNeeds(normalized(fill(String(check[1]), params)))]];
    case "userid-param":
      return userNeeds(check, params);
    case "userid-group":
      return [groupNeeds(check, params, given)];
    default:
      throw new Error(`Unknown permission check ${JSON.stringify(check[0])}`);
  }
}

/** Who may call an endpoint of a release; see {@link Catalog.privileges}. */
export function privilegesOf(
  endpoint: Endpoint,
  params: CallParams | undefined,
  release: string,
): EndpointPrivileges {
  const { permissions } = endpoint;
  const rest = {
    further: codeChecks(endpoint, params, release),
    unread: permissions?.codeChecks === true && !isRead(keyOf(endpoint)),
  };
  if (permissions?.user === "world" || permissions?.user === "all") {
    return { who: permissions.user, alternatives: [], ...rest };
  }
  if (permissions?.check === undefined) return { who: "root", alternatives: [], ...rest };
  return {
    who: "privileges",
    alternatives: alternatives(permissions.check, params ?? {}, params !== undefined),
    ...rest,
  };
}
