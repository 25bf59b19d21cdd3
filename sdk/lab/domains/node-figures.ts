import { die, type LabError } from "../errors.ts";
import { rrdTimes } from "../qemu/rrd.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import { spaceOf } from "../storage/stats.ts";
import type { LabCore } from "../types.ts";
import { nodeUsage } from "./node-stats.ts";

/** Figures of nodes and storages over a time: a flat line of the present use. */
export function registerNodeFigures(lab: LabCore): void {
  lab.route("GET /nodes/{node}/rrddata", (request) => {
    // No node is asked: each knows the figures of all.
    const name = request.params.need("node");
    const node = name === "localhost" ? request.node : lab.state.nodes.get(name);
    if (node === undefined) throw noFile(`pve2-node/${name}`);
    const { cpu, mem, disk } = nodeUsage(lab, node);
    const row = {
      ...{ cpu, maxcpu: node.cpus, iowait: 0, loadavg: cpu * node.cpus, netin: 2_000, netout: 1_000 },
      ...{ memtotal: node.memory, memused: mem, swaptotal: 8 * 2 ** 30, swapused: 0 },
      ...{ roottotal: node.rootfs, rootused: disk },
      ...(lab.release.major >= 9 ? { memavailable: node.memory - mem, arcsize: 0, ...PRESSURE } : {}),
    };
    const up = node.bootedAt / 1000;
    return rrdTimes(request).map((time) => (time < up ? { time } : { time, ...row }));
  });
  lab.route("GET /nodes/{node}/storage/{storage}/rrddata", (request) => {
    const { node, params } = request;
    const storage = enabledStorage(lab.state, params.need("storage"), node.name);
    const { total, used } = spaceOf(lab, storage, node.name);
    return rrdTimes(request).map((time) => ({ time, total, used }));
  });
}

/** Nothing waits for anything in a lab. */
const PRESSURE = {
  ...{ pressurecpusome: 0, pressureiosome: 0, pressureiofull: 0 },
  ...{ pressurememorysome: 0, pressurememoryfull: 0 },
};

function noFile(name: string): LabError {
  return die(`RRD error: opening '/var/lib/rrdcached/db/${name}': No such file or directory`);
}
