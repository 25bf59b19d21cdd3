import type { Expectation } from "../types.ts";
import { access } from "./access.ts";
import { type Family, type SentStep, unchecked } from "./context.ts";
import { guestDisks } from "./guest-disks.ts";
import { guests } from "./guests.ts";
import { objects } from "./objects.ts";
import { pools } from "./pools.ts";
import { firewallRules } from "./rules.ts";
import { volumes } from "./storage.ts";
import { unseen } from "./unseen.ts";

export type { SentStep } from "./context.ts";

const FAMILIES: readonly Family[] = [
  unseen,
  guests,
  guestDisks,
  access,
  pools,
  volumes,
  firewallRules,
  objects,
];

/**
 * What a step promises, by the endpoint that it calls; never empty for a change. Where no way is
 * known to read it back, that is what it says.
 */
export function expectationsOf(sent: SentStep): readonly Expectation[] {
  if (sent.endpoint.method === "GET") return [];
  for (const family of FAMILIES) {
    const expected = family(sent);
    if (expected !== undefined) return expected;
  }
  return [unchecked(sent, "no way to read it back is known")];
}
