import type { Column } from "../../sdk/index.ts";

interface Usage {
  readonly used?: number;
  readonly total?: number;
}

/** What `GET /nodes/{node}/status` answers, as far as it is shown. Sizes in bytes, cpu and wait as fractions. */
export interface NodeStatus {
  readonly pveversion?: string;
  readonly kversion?: string;
  readonly uptime?: number;
  readonly cpu?: number;
  readonly wait?: number;
  readonly loadavg?: readonly string[];
  readonly cpuinfo?: Readonly<Record<string, unknown>>;
  readonly memory?: Usage;
  readonly swap?: Usage;
  readonly rootfs?: Usage;
  readonly "boot-info"?: unknown;
}

/** The fields of {@link statusFields}. */
export const STATUS_COLUMNS: readonly Column[] = [
  { key: "pveversion" },
  { key: "kernel" },
  { key: "boot", type: "object" },
  { key: "uptime", unit: "seconds" },
  { key: "cpu", unit: "percent" },
  { key: "ioWait", unit: "percent" },
  { key: "loadavg", type: "array" },
  { key: "processor" },
  { key: "sockets", type: "integer" },
  { key: "threads", type: "integer" },
  { key: "memoryUsed", unit: "bytes" },
  { key: "memoryTotal", unit: "bytes" },
  { key: "swapUsed", unit: "bytes" },
  { key: "swapTotal", unit: "bytes" },
  { key: "rootfsUsed", unit: "bytes" },
  { key: "rootfsTotal", unit: "bytes" },
];

/** A node's status without the noise of processor flags and the like. */
export function statusFields(status: NodeStatus): Readonly<Record<string, unknown>> {
  const { cpuinfo = {}, memory, swap, rootfs } = status;
  return {
    pveversion: status.pveversion,
    kernel: status.kversion,
    boot: status["boot-info"],
    uptime: status.uptime,
    cpu: status.cpu,
    ioWait: status.wait,
    loadavg: status.loadavg,
    processor: cpuinfo.model,
    sockets: cpuinfo.sockets,
    threads: cpuinfo.cpus,
    memoryUsed: memory?.used,
    memoryTotal: memory?.total,
    swapUsed: swap?.used,
    swapTotal: swap?.total,
    rootfsUsed: rootfs?.used,
    rootfsTotal: rootfs?.total,
  };
}
