import { type DefinedTool, INVENTORY } from "../../sdk/tool.ts";
import type { Catalog, EndpointPrivileges, PrivilegeNeed } from "../../vendor/pve-docs/index.ts";
import type { Held } from "./held.ts";

/** What a tool takes on one endpoint. */
export interface EndpointNeeds {
  readonly key: string;
  readonly privileges: EndpointPrivileges;
  /** The tool works without the endpoint, only less well. */
  readonly optional: boolean;
}

/** Endpoints of a guest that is there already, which the inventory has to show on its node. */
const OF_GUEST = /^\S+ \/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?:\/|$)/;

/** What a tool takes in a release, endpoint by endpoint; `any` cannot be told. */
export function toolNeeds({ uses }: Pick<DefinedTool, "uses">, catalog: Catalog): readonly EndpointNeeds[] {
  const declared = uses.map((use) =>
    typeof use === "string" ? { key: use, optional: false } : { key: use.use, optional: true },
  );
  const keys = new Map(declared.map((use) => [use.key, use]));
  if (!keys.has(INVENTORY)) keys.set(INVENTORY, { key: INVENTORY, optional: false });
  const findsGuest = declared.some(({ key, optional }) => !optional && OF_GUEST.test(key));
  return [...keys.values()].flatMap(({ key, optional }) => {
    const endpoint = catalog.endpoint(key);
    if (endpoint === undefined) return [];
    const privileges = catalog.privileges(endpoint);
    return [
      { key, optional, privileges: key === INVENTORY && findsGuest ? foundGuest(privileges) : privileges },
    ];
  });
}

/** A guest that is left out of the inventory is not found, so that the tool has nothing to work on. */
function foundGuest(privileges: EndpointPrivileges): EndpointPrivileges {
  const further = privileges.further.map((need): PrivilegeNeed => {
    const { hides: _, ...firm } = need;
    return need.path === "/vms/{vmid}" ? { ...firm, condition: "to find the guest" } : need;
  });
  return { ...privileges, further };
}

function isAlways({ hides, maybe }: PrivilegeNeed): boolean {
  return hides !== true && maybe !== true;
}

/** Needs without which a tool cannot be used at all, whatever its inputs; the first way where there are several. */
export function requiredNeeds(needs: readonly EndpointNeeds[]): readonly PrivilegeNeed[] {
  return needs
    .filter(({ optional }) => !optional)
    .flatMap(({ privileges }) => [
      ...(privileges.alternatives[0] ?? []),
      ...privileges.further.filter(isAlways),
    ])
    .filter(({ privileges }) => privileges.length > 0);
}

/** Needs of some inputs, of endpoints that are not always used, and of what would otherwise be left out. */
export function furtherNeeds(needs: readonly EndpointNeeds[]): readonly PrivilegeNeed[] {
  const required = new Set(requiredNeeds(needs));
  return needs
    .flatMap(({ privileges }) => [...(privileges.alternatives[0] ?? []), ...privileges.further])
    .filter((need) => need.privileges.length > 0 && !required.has(need));
}

/** What an account lacks to use a tool at all; nothing where some way is open to it. */
export function lackingNeeds(needs: readonly EndpointNeeds[], held: Held): readonly PrivilegeNeed[] {
  return needs
    .filter(({ optional }) => !optional)
    .flatMap(({ privileges }) => [
      ...lackingOf(privileges, held),
      ...privileges.further.filter((need) => isAlways(need) && !held.meets(need)),
    ]);
}

function lackingOf({ alternatives }: EndpointPrivileges, held: Held): readonly PrivilegeNeed[] {
  const ways = alternatives.map((needs) =>
    needs.filter((need) => need.privileges.length > 0 && !held.meets(need)),
  );
  if (ways.some((lacking) => lacking.length === 0)) return [];
  return ways.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

/** What an account lacks to see everything that a tool lists: it is left out without a word. */
export function unseenNeeds(needs: readonly EndpointNeeds[], held: Held): readonly PrivilegeNeed[] {
  return needs.flatMap(({ privileges }) =>
    privileges.further.filter((need) => need.hides === true && !held.meets(need)),
  );
}
