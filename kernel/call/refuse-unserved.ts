import { ToolError } from "../../sdk/errors.ts";
import type { HostedTool } from "../host/types.ts";
import { lackingUses } from "../policy/versions.ts";
import type { ClusterAccess } from "../tokens.ts";
import { orLeave } from "../transports/leaving.ts";
import { fromUpstream } from "./upstream-errors.ts";

/**
 * Refuses a tool that is shown because of another cluster, on one that cannot serve it: `unsupported`
 * where its release lacks an endpoint, `denied` where the operator asks for more evidence than there
 * is for that release.
 */
export async function refuseUnserved(
  hosted: HostedTool,
  cluster: ClusterAccess,
  all: readonly ClusterAccess[],
  signal: AbortSignal,
): Promise<void> {
  // With a single cluster, what it cannot serve is hidden as soon as its version is known.
  if (all.length > 1) await knowVersion(cluster, signal);
  const { name } = hosted.tool;
  const lacks = await lackingOn(hosted, cluster);
  if (lacks.length > 0) {
    const { release } = await cluster.catalog();
    throw new ToolError({
      code: "unsupported",
      message: `${name} cannot run on the cluster ${cluster.name}: its Proxmox VE ${release} lacks ${lacks.join(" and ")}. Nothing was changed.`,
      next: await elsewhere(hosted, cluster, all),
      details: { cluster: cluster.name, lacks },
    });
  }
  const withheld = hosted.withheld?.get(cluster.name);
  if (withheld === undefined) return;
  throw new ToolError({
    code: "denied",
    message: `${name} is not available on the cluster ${cluster.name}: ${withheld.why}. Nothing was changed.`,
    next: `${withheld.show} ${await elsewhere(hosted, cluster, all)}`,
    details: { cluster: cluster.name },
  });
}

async function knowVersion(cluster: ClusterAccess, signal: AbortSignal): Promise<void> {
  if (cluster.knownVersion() !== undefined) return;
  try {
    await orLeave(cluster.version(), signal);
  } catch (error) {
    throw fromUpstream(error, { what: `Reading the version of the cluster ${cluster.name}`, signal });
  }
}

async function lackingOn(hosted: HostedTool, cluster: ClusterAccess): Promise<readonly string[]> {
  return lackingUses(hosted.tool, cluster.knownVersion() ? await cluster.catalog() : undefined);
}

/** Which clusters can serve the tool, or may: of some the version is not known. */
async function elsewhere(
  hosted: HostedTool,
  cluster: ClusterAccess,
  all: readonly ClusterAccess[],
): Promise<string> {
  const able: string[] = [];
  const unknown: string[] = [];
  for (const other of all) {
    if (other === cluster || hosted.withheld?.has(other.name)) continue;
    if ((await lackingOn(hosted, other)).length > 0) continue;
    (other.knownVersion() ? able : unknown).push(other.name);
  }
  if (able.length > 0) return `Clusters that can serve it: ${able.join(", ")}.`;
  if (unknown.length > 0) return `Clusters that may serve it, of unknown version: ${unknown.join(", ")}.`;
  return "No other configured cluster can serve it.";
}
