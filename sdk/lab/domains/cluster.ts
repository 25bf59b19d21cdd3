import { die, LabError, paramError } from "../errors.ts";
import type { LabTask } from "../tasks/types.ts";
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

/** How many tasks each node makes known: all that run, and ended ones up to this number together. */
const RECENT = 25;

/**
 * What each node told last. Whoever sees all tasks sees them on all nodes; others see what they began as users, for
 * the user of a token's task is no token.
 */
function recentTasks({ lab, caller, may }: LabRequest): unknown {
  const seesAll = may("/", ["Sys.Audit"]);
  const all = lab.tasks.all();
  const runs = (task: LabTask): boolean => task.exitstatus === undefined;
  return [...lab.state.nodes.keys()].flatMap((node) => {
    const here = all.filter((task) => task.node === node);
    const running = here.filter(runs);
    const ended = here.filter((task) => !runs(task)).slice(0, Math.max(0, RECENT - running.length));
    return [...running, ...ended]
      .filter((task) => seesAll || task.user.split("!")[0] === caller.id)
      .map((task) => ({ ...recentEntry(task), ...savedOf(task, lab.tasks.told(node)) }));
  });
}

function recentEntry(task: LabTask): Record<string, unknown> {
  const { pid, pstart: _pstart, ...entry } = taskEntry(task);
  return task.exitstatus === undefined ? { ...entry, pid } : entry;
}

/**
 * Whether the end of a task is on record: text where the node read it in its own file, a number where it made it known
 * right when the task ended, nothing where it did when the task began.
 */
function savedOf({ upid, exitstatus }: LabTask, told: string | undefined): { saved?: string | number } {
  if (exitstatus === undefined) return upid === told ? {} : { saved: "0" };
  return { saved: upid === told ? 1 : "1" };
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
