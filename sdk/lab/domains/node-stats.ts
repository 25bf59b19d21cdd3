import type { LabCore, LabNode } from "../types.ts";
import { usageOf } from "./guest-stats.ts";

/** What a node uses. Sizes in bytes, uptime in seconds, cpu as a fraction. */
export interface NodeUsage {
  readonly cpu: number;
  readonly mem: number;
  readonly disk: number;
  readonly uptime: number;
}

/** The node's own needs plus those of its running guests. */
export function nodeUsage(lab: LabCore, node: LabNode): NodeUsage {
  let mem = 2 * 2 ** 30;
  let busy = 0.05;
  for (const guest of lab.state.guests.values()) {
    if (guest.node !== node.name || guest.runtime === undefined) continue;
    const usage = usageOf(lab, guest);
    mem += usage.mem;
    busy += usage.cpu;
  }
  return {
    cpu: Math.min(0.98, Math.round((busy / node.cpus) * 10_000) / 10_000),
    mem: Math.min(node.memory, mem),
    disk: Math.floor(node.rootfs * 0.2),
    uptime: Math.max(1, Math.floor((lab.clock.now() - node.bootedAt) / 1000)),
  };
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
