import { isToolError } from "../../sdk/errors.ts";
import type { Inventory } from "../../sdk/reader.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import { readConfig } from "../call/config-files.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { guestLabel } from "../call/targets.ts";
import type { Plan, PlanGuest } from "../call/types.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import type { ClusterAccess } from "../tokens.ts";
import { contentEntry, contentPlaces } from "./content.ts";
import { freeVmids, namedVmids, nodesOf } from "./subjects.ts";
import type { SeenEntry } from "./types.ts";

/** Configurations of guests that are read besides those that the steps change. */
const MOST_CONFIGS = 32;

/**
 * What a plan is made for, as it is now: guests by VMID, name, node and config digest, VMIDs that are free, nodes,
 * and other objects by their digest or content. What cannot be read is said, not left out. Rejects
 * only where the inventory cannot be read.
 */
export async function takeFingerprint(
  plan: Plan,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<readonly SeenEntry[]> {
  const [catalog, inventory] = await Promise.all([access.catalog(), neededInventory(plan, access, signal)]);
  const named = namedVmids(plan);
  const others = inventory.guests.filter(({ vmid }) => named.includes(vmid));
  const guests: readonly PlanGuest[] = [...plan.guests, ...others];
  const looking = { plan, access, catalog, signal };
  const [ofGuests, contents] = await Promise.all([
    Promise.all(guests.map((guest, index) => guestEntries(guest, index, looking))),
    Promise.all(contentPlaces(plan, catalog).map((place) => contentEntry(place, access, signal))),
  ]);
  return [...ofGuests.flat(), ...placeEntries(plan, inventory), ...configEntries(plan, guests), ...contents];
}

interface Looking {
  readonly plan: Plan;
  readonly access: ClusterAccess;
  readonly catalog: Catalog;
  readonly signal: AbortSignal;
}

async function guestEntries(guest: PlanGuest, index: number, looking: Looking): Promise<SeenEntry[]> {
  const { kind, vmid, name, node } = guest;
  const entry = { kind: "guest", guest: kind, vmid, name, node } as const;
  const shownPath = configPath(guest);
  const planned = looking.plan.steps.find(({ config }) => config?.shownPath === shownPath)?.config;
  const endpoint = planned?.endpoint ?? looking.catalog.endpoint(`GET /nodes/{node}/${kind}/{vmid}/config`);
  if (endpoint === undefined) return [{ entry }];
  const read = { endpoint, params: { node, vmid } };
  if (planned) return [{ entry: { ...entry, digest: planned.digest }, read, values: planned.values }];
  const unread = (why: string): SeenEntry[] => [
    { entry },
    { entry: { kind: "unread", what: `the configuration of ${guestLabel(guest)}`, why } },
  ];
  if (index >= MOST_CONFIGS) return unread(`only those of ${MOST_CONFIGS} guests are read`);
  try {
    const values = await readConfig(looking.access, { ...read, shownPath }, looking.signal);
    const { digest } = values;
    if (typeof digest !== "string") return unread("it has no digest");
    return [{ entry: { ...entry, digest }, read, values }];
  } catch (error) {
    return unread(reason(error));
  }
}

type Seen = Pick<Inventory, "guests" | "nodes">;

async function neededInventory(plan: Plan, access: ClusterAccess, signal: AbortSignal): Promise<Seen> {
  const asked = [freeVmids(plan), namedVmids(plan), nodesOf(plan)];
  if (asked.every((names) => names.length === 0)) return { guests: [], nodes: [] };
  return access.inventory.read({ signal }).catch((error: unknown) => {
    throw fromUpstream(error, { what: "Reading the inventory", signal });
  });
}

function placeEntries(plan: Plan, { guests, nodes }: Seen): SeenEntry[] {
  const vmids = [...new Set([...freeVmids(plan), ...namedVmids(plan)])];
  const free = vmids.filter((vmid) => !guests.some((guest) => guest.vmid === vmid));
  const names = nodesOf(plan);
  const known = nodes.filter(({ node }) => names.includes(node));
  return [
    ...free.map((vmid): SeenEntry => ({ entry: { kind: "free", vmid } })),
    ...known.map(({ node, status }): SeenEntry => ({ entry: { kind: "node", node, status } })),
  ];
}

function configEntries(plan: Plan, guests: readonly PlanGuest[]): SeenEntry[] {
  const ofGuests = new Set(guests.map(configPath));
  const files = new Set(plan.steps.flatMap(({ config }) => (config === undefined ? [] : [config])));
  return [...files]
    .filter(({ shownPath }) => !ofGuests.has(shownPath))
    .map(({ endpoint, params, shownPath, digest, values }) => ({
      entry: { kind: "config", path: shownPath, digest },
      read: { endpoint, params },
      values,
    }));
}

function configPath({ kind, vmid, node }: PlanGuest): string {
  return `/nodes/${node}/${kind}/${vmid}/config`;
}

/** Why something could not be read, in few words. */
export function reason(error: unknown): string {
  if (!isToolError(error)) return "it could not be read";
  return isPlainObject(error.details) && error.code === "forbidden"
    ? error.message.replace(/^.*: it /, "the account ")
    : error.message;
}
