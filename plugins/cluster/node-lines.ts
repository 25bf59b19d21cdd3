import type { Guest, NodeSummary } from "../../sdk/index.ts";
import { gib, percent, ratio } from "./measures.ts";

type Line = Readonly<Record<string, unknown>>;

/** A line a node with its load and guests; nodes that are not online first, the others by name. */
export function nodeLines(nodes: readonly NodeSummary[], guests: readonly Guest[]): readonly Line[] {
  const counts = new Map(nodes.map(({ node }) => [node, { guests: 0, running: 0 }]));
  for (const { node, status, template } of guests) {
    const count = counts.get(node);
    if (count === undefined || template) continue;
    count.guests += 1;
    if (status === "running") count.running += 1;
  }
  return nodes
    .toSorted((a, b) => Number(a.status === "online") - Number(b.status === "online") || byName(a, b))
    .map(({ node, status, cpu, maxcpu, mem, maxmem }) => ({
      node,
      status,
      cpuPercent: percent(cpu),
      cores: maxcpu,
      memoryPercent: ratio(mem, maxmem),
      memoryGiB: gib(maxmem),
      ...counts.get(node),
    }));
}

function byName(a: NodeSummary, b: NodeSummary): number {
  return a.node.localeCompare(b.node, "en", { numeric: true });
}
