import { usageOf } from "./guest-stats.js";
/** Figures are gathered this often; Proxmox VE takes ten times as long. */
const GATHERED_EVERY = 1000;
const gathered = new WeakMap();
/** The node's own needs plus those of its running guests. */
export function nodeUsage(lab, node) {
    const { mem = 0, busy = 0 } = gather(lab).byNode.get(node.name) ?? {};
    return {
        cpu: Math.min(0.98, Math.round(((0.05 + busy) / node.cpus) * 10_000) / 10_000),
        mem: Math.min(node.memory, 2 * 2 ** 30 + mem),
        disk: Math.floor(node.rootfs * 0.2),
        uptime: Math.max(1, Math.floor((lab.clock.now() - node.bootedAt) / 1000)),
    };
}
/** What the running guests of each node use, in one pass over all. */
function gather(lab) {
    const now = lab.clock.now();
    const known = gathered.get(lab);
    if (known !== undefined && now - known.at < GATHERED_EVERY)
        return known;
    const byNode = new Map();
    for (const guest of lab.state.guests.values()) {
        if (guest.runtime === undefined)
            continue;
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
export function nodeEntry(lab, node, mayAudit) {
    const isUp = node.power === "online";
    const entry = {
        id: `node/${node.name}`,
        type: "node",
        node: node.name,
        status: isUp ? "online" : "offline",
        ...(isUp ? { level: "" } : {}),
    };
    if (!mayAudit || !isUp)
        return entry;
    return {
        ...entry,
        ...nodeUsage(lab, node),
        maxcpu: node.cpus,
        maxmem: node.memory,
        maxdisk: node.rootfs,
    };
}
