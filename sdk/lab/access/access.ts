import type { LabPool } from "../types.ts";
import { pathPrefixes } from "./paths.ts";
import { builtInRoles } from "./roles.ts";
import type { AccessState, AclEntry, LabGroup, LabRealm, LabRole, LabUser } from "./types.ts";

type Flags = ReadonlyMap<string, boolean>;

const NONE: Flags = new Map();

/** Users, roles and ACLs, and the permissions that follow from them. */
export class Access implements AccessState {
  readonly users = new Map<string, LabUser>();
  readonly groups = new Map<string, LabGroup>();
  readonly roles: Map<string, LabRole>;
  readonly realms = new Map<string, LabRealm>();
  readonly acl = new Map<string, AclEntry>();
  readonly #pools: ReadonlyMap<string, LabPool>;
  readonly #cache = new Map<string, Map<string, Flags>>();
  readonly #poolRoles = new Map<string, ReadonlyMap<string, ReadonlySet<string>>>();
  readonly #all: Flags;
  #byPath: Map<string, AclEntry[]> | undefined;

  /** `privileges` are those that the release knows. */
  constructor(pools: ReadonlyMap<string, LabPool>, privileges: ReadonlySet<string>) {
    this.#pools = pools;
    this.#all = new Map([...privileges].map((name) => [name, true]));
    this.roles = builtInRoles(privileges);
  }

  changed(): void {
    this.#cache.clear();
    this.#poolRoles.clear();
    this.#byPath = undefined;
  }

  permissions(id: string, path: string): Flags {
    if (id === "root@pam") return this.#all;
    const owner = id.split("!")[0] ?? id;
    const token = owner === id ? undefined : this.users.get(owner)?.tokens.get(id.slice(owner.length + 1));
    if (owner !== id && token === undefined) return NONE;
    if (token !== undefined && !token.privsep) return this.permissions(owner, path);
    const cache = this.#cache.get(id) ?? new Map<string, Flags>();
    this.#cache.set(id, cache);
    const known = cache.get(path);
    if (known !== undefined) return known;
    const own = this.#privileges(id, path);
    const found =
      token === undefined || owner === "root@pam" ? own : both(own, this.permissions(owner, path));
    cache.set(path, found);
    return found;
  }

  /** Paths that ACL entries name. */
  aclPaths(): readonly string[] {
    return [...this.#entriesByPath().keys()];
  }

  #privileges(id: string, path: string): Flags {
    const found = new Map<string, boolean>();
    for (const [roleid, propagate] of this.#rolesWithPools(id, path)) {
      for (const name of this.roles.get(roleid)?.privileges ?? []) {
        found.set(name, found.get(name) === true || propagate);
      }
    }
    return found;
  }

  /** Roles on a path; what a pool gives comes on top, without propagation, unless access is barred. */
  #rolesWithPools(id: string, path: string): Flags {
    const roles = this.#rolesOn(id, path);
    const pooled = this.#rolesOfPools(id).get(path);
    if (pooled === undefined || roles.has("NoAccess")) return roles;
    if (pooled.has("NoAccess")) return new Map([["NoAccess", false]]);
    return new Map([...[...pooled].map((role): [string, boolean] => [role, false]), ...roles]);
  }

  #rolesOfPools(id: string): ReadonlyMap<string, ReadonlySet<string>> {
    const known = this.#poolRoles.get(id);
    if (known !== undefined) return known;
    const found = new Map<string, Set<string>>();
    for (const pool of this.#pools.values()) {
      const roles = [...this.#rolesOn(id, `/pool/${pool.id}`).keys()];
      if (roles.length === 0) continue;
      const members = [
        ...[...pool.guests].map((vmid) => `/vms/${vmid}`),
        ...[...pool.storages].map((storage) => `/storage/${storage}`),
      ];
      for (const member of members) {
        const held = found.get(member) ?? new Set();
        found.set(member, held);
        for (const role of roles) held.add(role);
      }
    }
    this.#poolRoles.set(id, found);
    return found;
  }

  /** Entries of a deeper path replace those above; a user's own replace those of the user's groups. */
  #rolesOn(id: string, path: string): Flags {
    const byPath = this.#entriesByPath();
    let roles: Flags = NONE;
    const prefixes = pathPrefixes(path);
    for (const prefix of prefixes) {
      const isLast = prefix === prefixes.at(-1);
      const entries = (byPath.get(prefix) ?? []).filter((entry) => entry.propagate || isLast);
      const own = entries.filter((entry) => entry.type !== "group" && entry.ugid === id);
      const chosen = own.length > 0 ? own : entries.filter((entry) => this.#viaGroup(entry, id));
      if (chosen.length > 0) roles = new Map(chosen.map((entry) => [entry.roleid, entry.propagate]));
    }
    return roles.has("NoAccess") ? new Map([["NoAccess", roles.get("NoAccess") ?? false]]) : roles;
  }

  #viaGroup(entry: AclEntry, id: string): boolean {
    return entry.type === "group" && (this.groups.get(entry.ugid)?.users.has(id) ?? false);
  }

  #entriesByPath(): Map<string, AclEntry[]> {
    if (this.#byPath !== undefined) return this.#byPath;
    this.#byPath = new Map();
    for (const entry of this.acl.values()) {
      const held = this.#byPath.get(entry.path) ?? [];
      this.#byPath.set(entry.path, held);
      held.push(entry);
    }
    return this.#byPath;
  }
}

/** Key of an entry in {@link AccessState.acl}. */
export function aclKey(entry: Omit<AclEntry, "propagate">): string {
  return [entry.path, entry.type, entry.ugid, entry.roleid].join(" ");
}

function both(own: Flags, owner: Flags): Flags {
  const found = new Map<string, boolean>();
  for (const [name, propagate] of own) {
    const theirs = owner.get(name);
    if (theirs !== undefined) found.set(name, theirs && propagate);
  }
  return found;
}
