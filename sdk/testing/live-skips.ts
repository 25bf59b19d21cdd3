import { type ClusterFeature, type Ground, lookUp } from "./lookups.ts";
import type { Scenario } from "./scenario.ts";

/** Why a scenario does not run on a real cluster; undefined where it does. */
export async function whySkipped(
  { live, needs = [] }: Pick<Scenario, "live" | "needs">,
  ground: Ground,
): Promise<string | undefined> {
  if (live !== true) return typeof live === "string" ? live : "it relies on what the lab holds";
  const lacking: ClusterFeature[] = [];
  for (const feature of needs) if ((await lookUp(feature, ground)) === undefined) lacking.push(feature);
  return lacking.length === 0 ? undefined : `the cluster lacks: ${lacking.join(", ")}`;
}
