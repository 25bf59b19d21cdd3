import type { Plan } from "../../call/types.ts";
import type { Look, Row } from "./look.ts";
import { type Found, NOTHING, type Probe, whenSeen, writes } from "./probe.ts";

const CLUSTER_WIDE = /^\/(?:cluster|access|pools|storage)(?:\/|$)/;

/** Whether the cluster has a quorum, without which nothing of the whole cluster can be written, and keeps it. */
export const quorum: Probe = {
  kind: "quorum",
  what: "lack of quorum",
  look(plan, look) {
    const leaving = leavingNodes(plan);
    const isWide = writes(plan).some(({ path }) => CLUSTER_WIDE.test(path));
    if (!isWide && leaving.length === 0) return undefined;
    return lookAt(leaving, look);
  },
};

async function lookAt(leaving: readonly string[], look: Look): Promise<Found> {
  const seen = await look.rows("/cluster/status");
  const nodes = seen.kind === "seen" ? seen.value.filter(({ type }) => type === "node") : [];
  const isWhole = leaving.length === 0 && nodes.every(({ online }) => Number(online) === 1);
  // Votes count only where some are missing.
  const votes = isWhole ? undefined : await votesOf(look);
  return whenSeen(seen, "quorum", (rows) => judged(rows, leaving, votes));
}

/** Votes by node as corosync has them; undefined where they cannot be read. */
async function votesOf(look: Look): Promise<ReadonlyMap<string, number> | undefined> {
  const seen = await look.rows("/cluster/config/nodes");
  if (seen.kind !== "seen") return undefined;
  return new Map(
    seen.value.map(({ node, name, quorum_votes }) => [String(name ?? node), Number(quorum_votes ?? 1)]),
  );
}

/** Nodes that the plan takes out of the cluster, for a while or for good. */
function leavingNodes(plan: Plan): readonly string[] {
  return writes(plan).flatMap(({ method, path, params }) => {
    const isPower = path === "/nodes/{node}/status" && method === "POST";
    const isRemoved = path === "/cluster/config/nodes/{node}" && method === "DELETE";
    return isPower || isRemoved ? (params.get("node") ?? []) : [];
  });
}

function judged(
  rows: readonly Row[],
  leaving: readonly string[],
  votes: ReadonlyMap<string, number> | undefined,
): Found {
  const cluster = rows.find(({ type }) => type === "cluster");
  // A node that is in no cluster has no quorum to lose.
  if (cluster === undefined) return NOTHING;
  const nodes = rows.filter(({ type }) => type === "node");
  const names = nodes.map(({ name }) => String(name));
  const online = names.filter((_, index) => Number(nodes[index]?.online) === 1);
  const offline = names.filter((name) => !online.includes(name));
  const votesIn = (some: readonly string[]) => some.reduce((sum, name) => sum + (votes?.get(name) ?? 1), 0);
  const total = votesIn(names);
  const needed = Math.floor(total / 2) + 1;
  const counted = votes === undefined ? "one vote a node is assumed" : "a QDevice is not counted";
  const texts: string[] = [];
  if (Number(cluster.quorate) !== 1)
    texts.push("the cluster has no quorum: Proxmox VE refuses such a change");
  if (offline.length > 0) {
    texts.push(
      `${online.length} of ${names.length} nodes are online, with ${votesIn(online)} of ${total} votes; quorum needs ${needed} (${counted})`,
    );
  }
  if (leaving.length > 0) {
    const left = votesIn(online.filter((name) => !leaving.includes(name)));
    const lost = left < needed ? ": the cluster loses its quorum" : "";
    texts.push(
      `without ${leaving.join(", ")} ${left} of ${total} votes are left, quorum needs ${needed}${lost} (${counted})`,
    );
  }
  return {
    affected: texts.map((text) => ({ text, objects: offline, total: offline.length })),
    unseen: [],
  };
}
