import { managerState } from "../ha/state.ts";
import type { LabCore, LabGuest, LabNode } from "../types.ts";

/** What a guest uses. Sizes in bytes, uptime in seconds, cpu as a fraction of its cores. */
export interface GuestUsage {
  readonly cpu: number;
  readonly mem: number;
  readonly disk: number;
  readonly diskread: number;
  readonly diskwrite: number;
  readonly netin: number;
  readonly netout: number;
  readonly uptime: number;
}

const IDLE: GuestUsage = {
  cpu: 0,
  mem: 0,
  disk: 0,
  diskread: 0,
  diskwrite: 0,
  netin: 0,
  netout: 0,
  uptime: 0,
};

/** Made-up but steady figures of a running guest; zeros for a stopped one. */
export function usageOf(lab: LabCore, guest: LabGuest, limits = limitsOf(guest, undefined)): GuestUsage {
  if (guest.runtime === undefined) return IDLE;
  const uptime = Math.max(0, Math.floor((lab.clock.now() - guest.runtime.startedAt) / 1000));
  const load = ((guest.vmid * 2654435761) >>> 0) / 2 ** 32;
  const { maxmem, maxdisk } = limits;
  return {
    cpu: Math.round(load * 4000) / 10_000,
    mem: Math.floor(maxmem * (0.2 + load * 0.6)),
    disk: guest.kind === "lxc" ? Math.floor(maxdisk * (0.1 + load * 0.5)) : 0,
    diskread: uptime * Math.floor(1000 + load * 50_000),
    diskwrite: uptime * Math.floor(500 + load * 20_000),
    netin: uptime * Math.floor(200 + load * 9000),
    netout: uptime * Math.floor(100 + load * 7000),
    uptime,
  };
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** What a guest may use at most; sizes in bytes. */
export interface GuestLimits {
  readonly cpus: number;
  readonly maxmem: number;
  readonly maxdisk: number;
}

/** Of a container whose root has no size in its configuration, in bytes. */
const USUAL_ROOT = 4 * 2 ** 30;

/** Cores, memory and disk of a guest as its configuration sets them; a container's cores default to its CPU limit, then to the node's. */
export function limitsOf(guest: LabGuest, node: LabNode | undefined): GuestLimits {
  const config = guest.runtime?.config ?? guest.config;
  const mib = Number.parseInt((config.get("memory") ?? "512").replace(/^current=/, ""), 10);
  const disk = config.get(guest.kind === "lxc" ? "rootfs" : bootDisk(config));
  const [, size, unit] = /(?:^|,)size=(\d+(?:\.\d+)?)([KMGT]?)/.exec(disk ?? "") ?? [];
  const cores = config.get("cores");
  const unsized = guest.kind === "lxc" ? USUAL_ROOT : 0;
  return {
    cpus:
      guest.kind === "lxc"
        ? Number(cores ?? 0) || Number(config.get("cpulimit") ?? 0) || (node?.cpus ?? 1)
        : Number(config.get("vcpus") ?? Number(config.get("sockets") ?? 1) * Number(cores ?? 1)),
    maxmem: mib * 2 ** 20,
    maxdisk: Math.floor(Number(size ?? 0) * (UNITS[unit ?? ""] ?? 1)) || unsized,
  };
}

/** The first disk in boot order, else the first there is. */
function bootDisk(config: ReadonlyMap<string, string>): string {
  const order = /(?:^|,)order=([^,]*)/.exec(config.get("boot") ?? "")?.[1]?.split(";") ?? [];
  const candidates = [...order, config.get("bootdisk") ?? ""].filter((name) =>
    /^(scsi|virtio|sata|ide)\d+$/.test(name),
  );
  return candidates.find((name) => config.get(name)?.includes("media=cdrom") === false) ?? "scsi0";
}

/** Name of a guest as lists show it. */
export function nameOf(guest: LabGuest): string {
  return guest.kind === "lxc"
    ? (guest.config.get("hostname") ?? `CT${guest.vmid}`)
    : (guest.config.get("name") ?? `VM ${guest.vmid}`);
}

/** A guest as `/cluster/resources` and pools show it. Of a node that is down, little is known. */
export function guestResource(
  lab: LabCore,
  guest: LabGuest,
  pool: string | undefined,
): Record<string, unknown> {
  const node = lab.state.nodes.get(guest.node);
  const { config } = guest;
  const entry: Record<string, unknown> = {
    id: `${guest.kind}/${guest.vmid}`,
    type: guest.kind,
    vmid: guest.vmid,
    node: guest.node,
    name: nameOf(guest),
    status: "unknown",
    template: config.get("template") === "1" ? 1 : 0,
  };
  if (pool !== undefined) entry.pool = pool;
  const lock = config.get("lock");
  if (lock !== undefined) entry.lock = lock;
  const tags = config.get("tags");
  if (tags !== undefined && tags.trim() !== "") entry.tags = tags;
  if (guest.ha !== undefined) entry.hastate = managerState(lab.state, guest) ?? guest.ha.state ?? null;
  if (node?.power !== "online") return entry;
  const limits = limitsOf(guest, node);
  const usage = usageOf(lab, guest, limits);
  return Object.assign(entry, usage, {
    status: guest.runtime === undefined ? "stopped" : "running",
    memhost: usage.mem,
    maxcpu: limits.cpus,
    maxmem: limits.maxmem,
    maxdisk: limits.maxdisk,
  });
}
