import { ScenarioFailure } from "./expect.ts";
import type { ListedToolInfo } from "./mcp-client.ts";
import type { Place } from "./target.ts";

/** Arguments that name guests. Left out, a tool picks a VMID itself or takes all guests of a node. */
const GUEST_ARGUMENTS = ["vmid", "newid", "vms"] as const;

/** Arguments that may name a guest, and where left out touch none. */
const OPTIONAL_GUEST_ARGUMENTS = ["target-vmid"] as const;

/** Refuses, on a real cluster, a call of a changing tool that would touch a guest which no scenario made. */
export function refuseForeignGuests(
  { name, inputSchema, annotations }: ListedToolInfo,
  args: Readonly<Record<string, unknown>>,
  { vmids: { first, last } }: Place,
): void {
  if (annotations?.readOnlyHint === true) return;
  const { properties } = inputSchema;
  const known = typeof properties === "object" && properties !== null ? Object.keys(properties) : [];
  const needed: readonly string[] = GUEST_ARGUMENTS.filter((one) => known.includes(one));
  for (const key of [...needed, ...OPTIONAL_GUEST_ARGUMENTS]) {
    const guests = [args[key] ?? []].flat();
    if (guests.length === 0 && needed.includes(key))
      throw new ScenarioFailure(`${name} is to be told ${key} on a real cluster; t.make.freeVmid() has one`);
    const foreign = guests.filter((guest) => typeof guest !== "number" || guest < first || guest > last);
    if (foreign.length > 0)
      throw new ScenarioFailure(`${name} would touch ${foreign.join(", ")}, outside of ${first} to ${last}`);
  }
}
