import type { LabCore, LabNode } from "../types.ts";
import { usageOf } from "./guest-stats.ts";

/** What a node uses. Sizes in bytes, uptime in seconds, cpu as a fraction. */
export interface NodeUsage {
  readonly cpu: number;
  readonly mem: number;
  readonly disk: number;
  readonly uptime: number;
}

/** Figures are gathered this often; Proxmox VE takes ten times as long. */
const GATHERED_EVERY = 1000;

interface Gathered {
  readonly at: number;
  readonly byNode: ReadonlyMap<string, { mem: number; busy: number }>;
}

const gathered = new WeakMap<LabCore, Gathered>();

/** The node's own needs plus those of its running guests. */
export function nodeUsage(lab: LabCore, node: LabNode): NodeUsage {
  const { mem = 0, busy = 0 } = gather(lab).byNode.get(node.name) ?? {};
  return {
    cpu: Math.min(0.98, Math.round(((0.05 + busy) / node.cpus) * 10_000) / 10_000),
    mem: Math.min(node.memory, 2 * 2 ** 30 + mem),
    disk: Math.floor(node.rootfs * 0.2),
    uptime: Math.max(1, Math.floor((lab.clock.now() - node.bootedAt) / 1000)),
  };
}

/** What the running guests of each node use, in one pass over all. */
function gather(lab: LabCore): Gathered {
  const now = lab.clock.now();
  const known = gathered.get(lab);
  if (known !== undefined && now - known.at < GATHERED_EVERY) return known;
  const byNode = new Map<string, { mem: number; busy: number }>();
  for (const guest of lab.state.guests.values()) {
    if (guest.runtime === undefined) continue;
    const { mem, cpu } = usageOf(lab, guest);
    const sum = byNode.get(guest.node) ?? { mem: 0, busy: 0 };
    byNode.set(guest.node, sum);
    sum.mem += mem;
    sum.busy += cpu;
  }
  const fresh = { at: now, byNode };
  gathered.set(lab, fresh);
  return fresh;
}

/** A node in lists; without the right to audit it only that it is there. */
export function nodeEntry(lab: LabCore, node: LabNode, mayAudit: boolean): Record<string, unknown> {
  const isUp = node.power === "online";
  const entry = {
    id: `node/${node.name}`,
    type: "node",
    node: node.name,
    status: isUp ? "online" : "offline",
    ...(isUp ? { level: "" } : {}),
  };
  if (!mayAudit || !isUp) return entry;
  return {
    ...entry,
    ...nodeUsage(lab, node),
    maxcpu: node.cpus,
    maxmem: node.memory,
    maxdisk: node.rootfs,
  };
}
