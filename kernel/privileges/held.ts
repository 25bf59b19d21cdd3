import type { PrivilegeNeed } from "../../vendor/pve-docs/types.ts";

/** Privileges by ACL path, each with whether it holds below the path as well. */
export type PermissionMap = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

/** Reads the answer of `GET /access/permissions`; what is not of its form counts as nothing held. */
export function permissionsOf(data: unknown): PermissionMap {
  if (typeof data !== "object" || data === null) return new Map();
  return new Map(
    Object.entries(data).flatMap(([path, held]: [string, unknown]) =>
      typeof held === "object" && held !== null
        ? [[path, new Map(Object.entries(held).map(([name, propagate]) => [name, Number(propagate) === 1]))]]
        : [],
    ),
  );
}

/** What an account may do, as far as its own permissions tell. */
export class Held {
  readonly #byPath: PermissionMap;

  constructor(byPath: PermissionMap) {
    this.#byPath = byPath;
  }

  /** True where the need is met; on a path with placeholders, where it is met on any path of that form. */
  meets(need: PrivilegeNeed): boolean {
    const paths = need.orOn === undefined ? [need.path] : [need.path, need.orOn];
    return need.any === true
      ? need.privileges.some((name) => paths.some((path) => this.holds(name, path)))
      : need.privileges.every((name) => paths.some((path) => this.holds(name, path)));
  }

  /** Whether a privilege is held on a path, or on any path of a template's form. */
  holds(privilege: string, path: string): boolean {
    if (this.#above(path).some((prefix, index) => this.#on(prefix, privilege, index > 0))) return true;
    if (!path.includes("{")) return false;
    const form = new RegExp(
      `^${path
        .split(/\{[^}]+\}/)
        .map(escaped)
        .join("[^/]+(?:/[^/]+)*")}$`,
    );
    return [...this.#byPath].some(([known, held]) => form.test(known) && held.has(privilege));
  }

  /** Whether a privilege is held on a path and on all below it, as far as anything is known of them. */
  everywhere(privilege: string, path: string): boolean {
    // A path below with nothing held on it is not told, so this is as far as one's own permissions go.
    const below = [...this.#byPath].filter(([known]) => known.startsWith(`${path}/`));
    return this.holds(privilege, `${path}/*`) && below.every(([, held]) => held.has(privilege));
  }

  #on(path: string, privilege: string, below: boolean): boolean {
    const propagates = this.#byPath.get(path)?.get(privilege);
    return propagates !== undefined && (propagates || !below);
  }

  /** The path itself and, only where nothing is known of it, the nearest one above of which something is. */
  #above(path: string): readonly string[] {
    if (this.#byPath.has(path)) return [path];
    let prefix = path;
    while (prefix !== "/") {
      prefix = prefix.slice(0, prefix.lastIndexOf("/")) || "/";
      if (this.#byPath.has(prefix)) return [path, prefix];
    }
    return [path];
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
