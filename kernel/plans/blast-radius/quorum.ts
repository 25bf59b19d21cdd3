import type { Plan } from "../../call/types.ts";
import type { Row } from "./look.ts";
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
    return look
      .rows("/cluster/status")
      .then((seen) => whenSeen(seen, "quorum", (rows) => judged(rows, leaving)));
  },
};

/** Nodes that the plan takes out of the cluster, for a while or for good. */
function leavingNodes(plan: Plan): readonly string[] {
  return writes(plan).flatMap(({ method, path, params }) => {
    const isPower = path === "/nodes/{node}/status" && method === "POST";
    const isRemoved = path === "/cluster/config/nodes/{node}" && method === "DELETE";
    return isPower || isRemoved ? (params.get("node") ?? []) : [];
  });
}

function judged(rows: readonly Row[], leaving: readonly string[]): Found {
  const cluster = rows.find(({ type }) => type === "cluster");
  // A node that is in no cluster has no quorum to lose.
  if (cluster === undefined) return NOTHING;
  const nodes = rows.filter(({ type }) => type === "node");
  const names = (some: readonly Row[]) => some.map(({ name }) => String(name));
  const online = nodes.filter((node) => Number(node.online) === 1);
  const offline = names(nodes.filter((node) => !online.includes(node)));
  const needed = Math.floor(nodes.length / 2) + 1;
  const texts: string[] = [];
  if (Number(cluster.quorate) !== 1)
    texts.push("the cluster has no quorum: Proxmox VE refuses such a change");
  if (offline.length > 0) {
    texts.push(
      `${online.length} of ${nodes.length} nodes are online, quorum needs ${needed} (one vote a node)`,
    );
  }
  const left = names(online).filter((name) => !leaving.includes(name)).length;
  if (leaving.length > 0) {
    const lost = left < needed ? ": the cluster loses its quorum" : "";
    texts.push(
      `without ${leaving.join(", ")} ${left} of ${nodes.length} nodes are online, quorum needs ${needed}${lost}`,
    );
  }
  return {
    affected: texts.map((text) => ({ text, objects: offline, total: offline.length })),
    unseen: [],
  };
}
