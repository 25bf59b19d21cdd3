import type { Catalog, PrivilegeNeed } from "../../../vendor/pve-docs/types.ts";

/** A request that a call led to. */
export interface NotedRequest {
  readonly key: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** What the cluster looked for to answer it, by {@link nameOfGrant}. */
  readonly asked: ReadonlyMap<string, Pick<Grant, "path" | "privilege">>;
}

/** One privilege on one ACL path. */
export interface Grant {
  readonly path: string;
  readonly privilege: string;
  /** Privileges of which each would do in its place. */
  readonly orElse: readonly string[];
  /** The tables cannot tell whether it takes this one: that hangs on more than the parameters. */
  readonly maybe: boolean;
}

/** What a call takes, as the tables tell. */
export interface ComputedRole {
  /** Without any of these it is refused. */
  readonly firm: readonly Grant[];
  /** Without these a change leaves out objects without a word, as the tables say. */
  readonly partial: readonly Grant[];
  /** Without these answers to reads leave things out, of which the call may need some. */
  readonly soft: readonly Grant[];
}

/**
 * The role that requests take by the tables. Where a need hangs on what the cluster holds, such as the bridges of a
 * guest, the cluster's own looking for it tells on which path, if on any. Reads that the tool does not need by its
 * own word, `isNeeded`, are looks around a change, which may be barred. Of a tool that `changesPast` the API no request
 * shows the change.
 */
export function computedRole(
  requests: readonly NotedRequest[],
  catalog: Catalog,
  isNeeded: (key: string) => boolean,
  changesPast = false,
): ComputedRole {
  const needs: PrivilegeNeed[] = [];
  const hidden: { readonly need: PrivilegeNeed; readonly inRead: boolean }[] = [];
  const choices: (readonly PrivilegeNeed[])[][] = [];
  for (const [index, { key, params, asked }] of requests.entries()) {
    const endpoint = catalog.endpoint(key);
    if (endpoint === undefined) continue;
    const { alternatives, further } = catalog.privileges(endpoint, params);
    const inRead = key.startsWith("GET ");
    // The task of a change looks for privileges while later requests ask how it is doing.
    const later = inRead ? [] : requests.slice(index + 1);
    const pairs = [asked, ...later.map((one) => one.asked)].flatMap((one) => [...one.values()]);
    const around = inRead && !isNeeded(key) ? ({ maybe: true } as const) : {};
    const filled = (all: readonly PrivilegeNeed[]) =>
      all.flatMap((need) => fill(need, pairs)).map((need) => ({ ...need, ...around }));
    for (const need of filled(further))
      if (need.hides === true) hidden.push({ need, inRead });
      else needs.push(need);
    // Being somebody in particular is no way for a role.
    const ways = alternatives
      .filter((way) => way.every(({ privileges }) => privileges.length > 0))
      .map(filled);
    if (ways.length > 0) choices.push(ways);
  }
  const firm = new Grants();
  const [single, several] = [
    choices.filter((ways) => ways.length < 2),
    choices.filter((ways) => ways.length > 1),
  ];
  firm.add([...needs, ...single.flat(2)]);
  for (const ways of several) if (!ways.some((way) => firm.meets(way))) firm.add(ways[0] ?? []);
  // A call that changes nothing has its reads for a result, which no plan shows.
  const changes = changesPast || requests.some(({ key }) => !key.startsWith("GET "));
  const isSoft = (inRead: boolean) => inRead && changes;
  const partial = new Grants(firm);
  partial.add(hidden.flatMap(({ need, inRead }) => (isSoft(inRead) ? [] : [need])));
  const soft = new Grants(partial);
  soft.add(hidden.flatMap(({ need, inRead }) => (isSoft(inRead) ? [need] : [])));
  return { firm: firm.own(), partial: partial.own(), soft: soft.own() };
}

/** `VM.Audit on /vms/100` */
export function nameOfGrant({ privilege, path }: Pick<Grant, "privilege" | "path">): string {
  return `${privilege} on ${path}`;
}

/** The same for any object: `VM.Audit on /vms/{vmid}`. */
export function formOfGrant({ privilege, path }: Pick<Grant, "privilege" | "path">): string {
  return nameOfGrant({ privilege, path: formOfPath(path) });
}

/** The path of any object of the kind: `/vms/{vmid}`. */
export function formOfPath(path: string): string {
  const found = FORMS.find(([form]) => form.test(path));
  return found === undefined ? path : path.replace(found[0], found[1]);
}

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/^\/vms\/\d+$/, "/vms/{vmid}"],
  [/^\/storage\/[^/]+$/, "/storage/{storage}"],
  [/^\/nodes\/[^/]+$/, "/nodes/{node}"],
  [/^\/pool\/.+$/, "/pool/{pool}"],
  [/^\/sdn\/zones\/([^/]+)\/.+$/, "/sdn/zones/$1/{vnet}"],
  [/^\/mapping\/([^/]+)\/[^/]+$/, "/mapping/$1/{name}"],
  [/^\/access\/groups\/[^/]+$/, "/access/groups/{group}"],
  [/^\/access\/realm\/[^/]+$/, "/access/realm/{realm}"],
];

function fill(
  need: PrivilegeNeed,
  asked: readonly Pick<Grant, "path" | "privilege">[],
): readonly PrivilegeNeed[] {
  const { path, privileges, maybe, hides } = need;
  if (!path.includes("{") && maybe !== true && hides !== true) return [need];
  const form = new RegExp(
    `^${path
      .split(/\{[^}]+\}/)
      .map((part) => part.replace(/[.*+?^$()|[\]\\]/g, "\\$&"))
      .join("[^/]+(?:/[^/]+)*")}$`,
  );
  const paths = asked
    .filter((one) => privileges.includes(one.privilege) && form.test(one.path))
    .map((one) => one.path);
  return [...new Set(paths)].map((one) => ({ ...need, path: one }));
}

/** Grants by name, beside those that are there anyway. */
class Grants {
  readonly #own = new Map<string, Grant>();
  readonly #beside: Grants | undefined;

  constructor(beside?: Grants) {
    this.#beside = beside;
  }

  own(): readonly Grant[] {
    return [...this.#own.values()];
  }

  meets(needs: readonly PrivilegeNeed[]): boolean {
    return needs.every(({ path, privileges, any }) =>
      any === true
        ? privileges.some((privilege) => this.#has(path, privilege))
        : privileges.every((privilege) => this.#has(path, privilege)),
    );
  }

  /** Of several privileges that each suffice, one that is there anyway, else the last, which is the least. */
  add(needs: readonly PrivilegeNeed[]): void {
    const isOpen = ({ any, privileges }: PrivilegeNeed) => any === true && privileges.length > 1;
    for (const { path, privileges, maybe = false } of needs.filter((need) => !isOpen(need)))
      for (const privilege of privileges) this.#add({ path, privilege, orElse: [], maybe });
    for (const { path, privileges, maybe = false } of needs.filter(isOpen)) {
      const privilege = privileges.find((one) => this.#has(path, one)) ?? privileges.at(-1);
      if (privilege !== undefined) this.#add({ path, privilege, orElse: privileges, maybe });
    }
  }

  #add(grant: Grant): void {
    const name = nameOfGrant(grant);
    if (this.#isBeside(grant.path, grant.privilege)) return;
    const { orElse = [], maybe = true } = this.#own.get(name) ?? {};
    this.#own.set(name, {
      ...grant,
      orElse: [...new Set([...orElse, ...grant.orElse])],
      maybe: maybe && grant.maybe,
    });
  }

  #has(path: string, privilege: string): boolean {
    return this.#own.has(nameOfGrant({ path, privilege })) || this.#isBeside(path, privilege);
  }

  #isBeside(path: string, privilege: string): boolean {
    const beside = this.#beside;
    return beside === undefined ? false : beside.#has(path, privilege);
  }
}
