import { die, LabError, paramError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { nextIdRange } from "./datacenter-options.ts";
import { taskEntry } from "./task-list.ts";

/** `/cluster` without resources and options: status, free VMIDs, tasks, log. */
export function registerCluster(lab: LabCore): void {
  lab.route("GET /cluster/status", status);
  lab.route("GET /cluster/nextid", nextId);
  lab.route("GET /cluster/tasks", recentTasks);
  lab.route("GET /cluster/log", log);
  lab.route("GET /cluster/config/join", () => {
    throw new LabError(424, "node is not in a cluster, no join info available!", undefined, false);
  });
  lab.route("GET /cluster/config/nodes", () =>
    lab.state.clusterName === undefined
      ? []
      : [...lab.state.nodes.values()].map(({ name, nodeid, ip }) => ({
          name,
          node: name,
          nodeid: String(nodeid),
          quorum_votes: "1",
          ring0_addr: ip,
        })),
  );
  lab.route("GET /cluster/config/totem", () =>
    lab.state.clusterName === undefined
      ? null
      : { cluster_name: lab.state.clusterName, config_version: "3", ip_version: "ipv4-6", version: "2" },
  );
  lab.route("GET /cluster/config", () =>
    ["nodes", "totem", "join", "qdevice", "apiversion"].map((name) => ({ name })),
  );
  lab.route("GET /cluster/config/apiversion", () => 1);
  lab.route("GET /cluster/config/qdevice", () => ({}));
}

function status({ lab: { state } }: LabRequest): unknown {
  const nodes = [...state.nodes.values()];
  const online = nodes.filter(({ power }) => power === "online").length;
  const entries = nodes.map(({ name, nodeid, ip, power }) => ({
    id: `node/${name}`,
    type: "node",
    name,
    nodeid,
    ip,
    local: name === state.localNode ? 1 : 0,
    online: power === "online" ? 1 : 0,
    level: "",
  }));
  if (state.clusterName === undefined) return entries;
  const cluster = {
    id: "cluster",
    type: "cluster",
    name: state.clusterName,
    version: nodes.length,
    nodes: nodes.length,
    quorate: online * 2 > nodes.length ? 1 : 0,
  };
  return [cluster, ...entries];
}

function nextId({ params, lab }: LabRequest): string {
  const { state } = lab;
  const asked = params.integer("vmid");
  if (asked !== undefined) {
    if (state.guests.has(asked)) throw paramError({ vmid: `VM ${asked} already exists` });
    return String(asked);
  }
  const { lower, upper } = nextIdRange(lab);
  for (let vmid = lower; vmid < upper; vmid++) if (!state.guests.has(vmid)) return String(vmid);
  throw die(`unable to get any free VMID in range [${lower}, ${upper}]`);
}

/** How many ended tasks each node makes known. */
const RECENT = 25;

function recentTasks({ lab, caller, may }: LabRequest): unknown {
  const counts = new Map<string, number>();
  return (
    lab.tasks
      .all()
      .filter((task) => {
        const count = (counts.get(task.node) ?? 0) + (task.exitstatus === undefined ? 0 : 1);
        counts.set(task.node, count);
        return task.exitstatus === undefined || count <= RECENT;
      })
      // The user alone, without a token: so a token does not see its own.
      .filter((task) => task.user.split("!")[0] === caller.id || may("/", ["Sys.Audit"]))
      .map((task) => {
        const { pid: _pid, pstart: _pstart, ...entry } = taskEntry(task);
        return { ...entry, ...(task.exitstatus === undefined ? {} : { saved: "1" }) };
      })
  );
}

function log({ params, lab, caller, may }: LabRequest): unknown {
  const entries = lab.tasks
    .all()
    .filter((task) => task.user === caller.id || may("/", ["Sys.Syslog"]))
    .flatMap((task) => {
      const common = { node: task.node, pid: task.pid, user: task.user, tag: "pvedaemon" };
      const begin = { ...common, time: task.starttime, pri: 6, msg: `starting task ${task.upid}` };
      if (task.exitstatus === undefined) return [begin];
      const isGood = task.exitstatus === "OK";
      const msg = `end task ${task.upid} ${task.exitstatus}`;
      return [{ ...common, time: task.endtime, pri: isGood ? 6 : 3, msg }, begin];
    });
  return entries.slice(0, params.integer("max") ?? 50).map((entry, index) => ({
    ...entry,
    uid: entries.length - index,
    id: `${entries.length - index}:${entry.node}`,
  }));
}
