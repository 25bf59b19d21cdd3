import type { ClusterReader } from "./cluster-reader.ts";
import type { ClusterFeature, Scenario } from "./scenario.ts";

/** What a cluster has of that which not every cluster has. */
export async function featuresOf(cluster: ClusterReader): Promise<readonly ClusterFeature[]> {
  const nodes = await cluster.get<readonly { status?: string }[]>("/nodes");
  const storages = await cluster.get<readonly { type?: string }[]>("/storage");
  return [
    ...(nodes.filter(({ status }) => status === "online").length > 1 ? (["second node"] as const) : []),
    ...(storages.some(({ type }) => type === "rbd" || type === "cephfs") ? (["ceph"] as const) : []),
  ];
}

/** Why a scenario does not run on a real cluster with these features; undefined where it does. */
export function whySkipped(
  { live, needs = [] }: Scenario,
  features: readonly ClusterFeature[],
): string | undefined {
  if (live !== true) return typeof live === "string" ? live : "it relies on what the lab holds";
  const lacking = needs.filter((feature) => !features.includes(feature));
  return lacking.length === 0 ? undefined : `the cluster lacks: ${lacking.join(", ")}`;
}
