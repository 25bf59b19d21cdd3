import type { HttpMethod } from "../../sdk/steps.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { ClusterTasks } from "./tasks.ts";
import type { JobStepSent } from "./types.ts";

/** Seconds by which a task may seem older than the request that started it, after the clocks were compared. */
const CLOCK_SLACK = 2;

/**
 * Types of task by what a request ends in, for VMs and for containers. From the `fork_worker` calls of
 * PVE::API2::Qemu and PVE::API2::LXC; the HA ones stand in where the guest is managed.
 */
const GUEST_TASKS: Readonly<Record<string, { qemu: readonly string[]; lxc: readonly string[] }>> = {
  "POST ": { qemu: ["qmcreate", "qmrestore"], lxc: ["vzcreate", "vzrestore"] },
  "DELETE /{vmid}": { qemu: ["qmdestroy"], lxc: ["vzdestroy"] },
  "POST /{vmid}/status/start": { qemu: ["qmstart", "hastart"], lxc: ["vzstart", "hastart"] },
  "POST /{vmid}/status/stop": { qemu: ["qmstop", "hastop"], lxc: ["vzstop", "hastop"] },
  "POST /{vmid}/status/shutdown": { qemu: ["qmshutdown", "hastop"], lxc: ["vzshutdown", "hastop"] },
  "POST /{vmid}/status/reboot": { qemu: ["qmreboot"], lxc: ["vzreboot"] },
  "POST /{vmid}/status/reset": { qemu: ["qmreset"], lxc: [] },
  "POST /{vmid}/status/suspend": { qemu: ["qmsuspend", "qmpause"], lxc: ["vzsuspend"] },
  "POST /{vmid}/status/resume": { qemu: ["qmresume"], lxc: ["vzresume"] },
  "POST /{vmid}/clone": { qemu: ["qmclone"], lxc: ["vzclone"] },
  "POST /{vmid}/migrate": { qemu: ["qmigrate", "hamigrate"], lxc: ["vzmigrate", "hamigrate"] },
  "POST /{vmid}/template": { qemu: ["qmtemplate"], lxc: [] },
  "POST /{vmid}/config": { qemu: ["qmconfig"], lxc: [] },
  "PUT /{vmid}/resize": { qemu: ["resize"], lxc: ["resize"] },
  "POST /{vmid}/move_disk": { qemu: ["qmmove"], lxc: [] },
  "POST /{vmid}/move_volume": { qemu: [], lxc: ["move_volume"] },
  "POST /{vmid}/snapshot": { qemu: ["qmsnapshot"], lxc: ["vzsnapshot"] },
  "DELETE /{vmid}/snapshot/{snapname}": { qemu: ["qmdelsnapshot"], lxc: ["vzdelsnapshot"] },
  "POST /{vmid}/snapshot/{snapname}/rollback": { qemu: ["qmrollback"], lxc: ["vzrollback"] },
};

/** The same for other endpoints, whole. From the `fork_worker` calls of pve-manager and pve-storage. */
const OTHER_TASKS: Readonly<Record<string, readonly string[]>> = {
  "POST /nodes/{node}/startall": ["startall"],
  "POST /nodes/{node}/stopall": ["stopall"],
  "POST /nodes/{node}/suspendall": ["suspendall"],
  "POST /nodes/{node}/migrateall": ["migrateall"],
  "POST /nodes/{node}/vzdump": ["vzdump"],
  "POST /cluster/bulk-action/guest/start": ["bulk-start"],
  "POST /cluster/bulk-action/guest/shutdown": ["bulk-shutdown"],
  "POST /cluster/bulk-action/guest/suspend": ["bulk-suspend"],
  "POST /cluster/bulk-action/guest/migrate": ["bulk-migrate"],
  "DELETE /nodes/{node}/storage/{storage}/content/{volume}": ["imgdel"],
  "DELETE /nodes/{node}/storage/{storage}/prunebackups": ["prunebackups"],
  "POST /nodes/{node}/storage/{storage}/download-url": ["download"],
  "POST /nodes/{node}/storage/{storage}/upload": ["imgcopy"],
  "POST /nodes/{node}/aplinfo": ["download"],
};

/** Types of task that a request can start; empty where none is known. */
export function taskTypes(method: HttpMethod, path: string): readonly string[] {
  const guest = /^\/nodes\/\{node\}\/(qemu|lxc)(.*)$/.exec(path);
  if (guest === null) return OTHER_TASKS[`${method} ${path}`] ?? [];
  const types = GUEST_TASKS[`${method} ${guest[2] ?? ""}`];
  return types?.[guest[1] === "lxc" ? "lxc" : "qemu"] ?? [];
}

/** What is needed to look for the task that a request may have started; nothing to go by where it starts none. */
export function sentNow(
  request: { readonly method: HttpMethod; readonly path: string; readonly isTask: boolean },
  params: Readonly<Record<string, unknown>>,
): JobStepSent {
  const types = taskTypes(request.method, request.path);
  const vmid = Number(params.vmid);
  const hasGuest = (request.isTask || types.length > 0) && Number.isSafeInteger(vmid) && vmid > 0;
  return {
    at: Date.now(),
    types,
    ...(typeof params.node === "string" ? { node: params.node } : {}),
    ...(hasGuest ? { vmid } : {}),
  };
}

/** True when {@link findStartedTasks} has something to go by. */
export function isSearchable(sent: JobStepSent): boolean {
  return sent.types.length > 0 || sent.vmid !== undefined;
}

/** Who we are on the cluster, as UPIDs name it: `root@pam!token`. */
export type PveUser = string;

/**
 * UPIDs of the tasks that a request may have started: ours, since it was sent, of its type and guest.
 * Empty where neither type nor guest is known, for then nothing could be told apart.
 */
export async function findStartedTasks(
  cluster: ClusterAccess,
  tasks: ClusterTasks,
  sent: JobStepSent,
  user: PveUser,
  known: ReadonlySet<string>,
  signal?: AbortSignal,
): Promise<string[]> {
  if (!isSearchable(sent)) return [];
  const nodes = sent.node === undefined ? await onlineNodes(cluster, signal) : [sent.node];
  const found = await Promise.all(nodes.map((node) => startedOn(node, tasks, sent, signal)));
  return found
    .flat()
    .filter((task) => task.user === user && !known.has(task.upid))
    .map((task) => task.upid);
}

async function startedOn(node: string, tasks: ClusterTasks, sent: JobStepSent, signal?: AbortSignal) {
  const offset = await tasks.clockOffset(node, signal);
  const since = Math.floor(sent.at / 1000 + offset) - CLOCK_SLACK;
  const listed = (await tasks.list(node, since, signal)).map(({ upid }) => upid);
  return listed.filter(
    ({ type, id }) =>
      (sent.types.length === 0 || sent.types.includes(type)) &&
      (sent.vmid === undefined || id === String(sent.vmid)),
  );
}

/** Names of the nodes that are up. */
export async function onlineNodes(cluster: ClusterAccess, signal?: AbortSignal): Promise<string[]> {
  const { nodes } = await cluster.inventory.read(signal ? { signal } : {});
  return nodes.filter(({ status }) => status === "online").map(({ node }) => node);
}
