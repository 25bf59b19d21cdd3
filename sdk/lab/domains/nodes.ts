import { LabAnswer } from "../frame/answer.ts";
import type { LabCore, LabNode } from "../types.ts";
import { nodeEntry, nodeUsage } from "./node-stats.ts";

/** `/version` and what a node says of itself. */
export function registerNodes(lab: LabCore): void {
  const { version } = lab.release;
  lab.route("GET /version", () => version);
  lab.route("GET /nodes", ({ may }) =>
    [...lab.state.nodes.values()].map((node) => ({
      ...nodeEntry(lab, node, may(`/nodes/${node.name}`, ["Sys.Audit"])),
      ssl_fingerprint: node.fingerprint,
    })),
  );
  lab.route("GET /nodes/{node}/version", () => version);
  lab.route("GET /nodes/{node}/status", ({ node }) => nodeStatus(lab, node));
  lab.route("GET /nodes/{node}/time", ({ node }) => {
    const time = lab.clock.seconds();
    return { time, localtime: time + offsetOf(node.timezone, time), timezone: node.timezone };
  });
  lab.route("GET /nodes/{node}/dns", ({ node: { dns } }) => ({
    ...(dns.search === "" ? {} : { search: dns.search }),
    ...Object.fromEntries(dns.servers.map((address, index) => [`dns${index + 1}`, address])),
  }));
  lab.route("PUT /nodes/{node}/dns", ({ node, params }) => {
    const given = ["dns1", "dns2", "dns3"].map((name) => params.text(name) ?? "");
    const servers = new Set(given.filter((address) => address !== "" && address !== "0.0.0.0"));
    // Of several search domains the first is read.
    node.dns = { search: params.need("search").trim().split(/\s+/)[0] ?? "", servers: [...servers] };
    return null;
  });
  lab.route("GET /nodes/{node}/journal", ({ node }) => {
    const line = `systemd[1]: Started pvestatd.service - PVE Status Daemon on ${node.name}.`;
    return new LabAnswer({ data: [line], gzip: true });
  });
}

/** Seconds that a time zone is ahead of UTC. */
function offsetOf(timezone: string, time: number): number {
  const format = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" });
  const name = format.formatToParts(time * 1000).find(({ type }) => type === "timeZoneName")?.value ?? "";
  const [, sign, hours, minutes] = /^GMT([+-])(\d+):(\d+)/.exec(name) ?? [];
  const seconds = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60;
  return sign === "-" ? -seconds : seconds;
}

function nodeStatus(lab: LabCore, node: LabNode): unknown {
  const { cpu, mem, disk, uptime } = nodeUsage(lab, node);
  const { kernel, major, version } = lab.release;
  const load = (cpu * node.cpus).toFixed(2);
  return {
    "boot-info": { mode: "legacy-bios" },
    cpu,
    cpuinfo: {
      cores: node.cpus / 2,
      cpus: node.cpus,
      family: "6",
      flags:
        "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat clflush mmx fxsr sse sse2 ht vmx",
      hvm: "1",
      mhz: "2400.000",
      model: "Simulated CPU @ 2.40GHz",
      sockets: 1,
      user_hz: 100,
      vendor: "GenuineIntel",
    },
    "current-kernel": {
      machine: "x86_64",
      release: kernel,
      sysname: "Linux",
      version: `#1 SMP PREEMPT_DYNAMIC PMX ${kernel}`,
    },
    idle: 0,
    ksm: { shared: 0 },
    kversion: `Linux ${kernel} #1 SMP PREEMPT_DYNAMIC PMX ${kernel}`,
    loadavg: [load, load, load],
    memory: {
      ...{ total: node.memory, used: mem, free: node.memory - mem },
      ...(major >= 9 ? { available: node.memory - mem } : {}),
    },
    pveversion: `pve-manager/${version.version}/${version.repoid}`,
    rootfs: { total: node.rootfs, used: disk, free: node.rootfs - disk, avail: node.rootfs - disk },
    swap: { total: 8 * 2 ** 30, used: 0, free: 8 * 2 ** 30 },
    uptime,
    wait: 0,
  };
}
