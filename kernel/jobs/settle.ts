import { isToolError } from "../../sdk/errors.ts";
import type { Settle } from "../../sdk/steps.ts";
import type { ClusterAccess } from "../tokens.ts";
import { RestFault } from "../transports/types.ts";
import { FollowingStopped } from "./follow.ts";
import { Backoff, pause } from "./pause.ts";
import { asRecord, type ClusterTasks } from "./tasks.ts";
import type { Upid } from "./upid.ts";

/** How long to look, and when to leave off. */
export interface SettleOptions {
  readonly pollIntervalMs: number;
  /** Upper bound for any wait, milliseconds. */
  readonly timeoutMs: number;
  /** When the step was sent, milliseconds since the epoch. */
  readonly since: number;
  readonly stop: AbortSignal;
  /** True when nobody wants the result any more. */
  readonly isCancelled: () => Promise<boolean>;
}

/** Whether it was seen, and what was seen last. */
export interface Settled {
  readonly outcome: "seen" | "not_seen" | "cancelled";
  readonly seen: string;
}

const GUEST_TIMEOUT_MS = 5 * 60_000;
const NODE_TIMEOUT_MS = 20 * 60_000;

/** How many times in a row the API must be silent before that counts as the node being down. */
const SILENT_LOOKS = 2;

/**
 * The state that a task only asks for: the HA manager's start and stop requests end at once, the
 * manager acts on them later (PVE::API2::Qemu, PVE::API2::LXC::Status).
 */
export function requestedByHa(upid: Upid): Settle | undefined {
  const status = upid.type === "hastart" ? "running" : upid.type === "hastop" ? "stopped" : undefined;
  return status === undefined ? undefined : { kind: "guest", vmid: Number(upid.id), status };
}

/** Looks until the wanted state is there, or the time is over. Throws {@link FollowingStopped}. */
export async function settle(
  cluster: ClusterAccess,
  tasks: ClusterTasks,
  want: Settle,
  options: SettleOptions,
): Promise<Settled> {
  const longest = want.kind === "guest" ? GUEST_TIMEOUT_MS : NODE_TIMEOUT_MS;
  const end = Date.now() + Math.min(longest, options.timeoutMs);
  const backoff = new Backoff(options.pollIntervalMs);
  const look =
    want.kind === "guest" ? guestLook(cluster, tasks, want) : nodeLook(cluster, tasks, want, options.since);
  for (;;) {
    const { holds, seen } = await look(options.stop);
    if (options.stop.aborted) throw new FollowingStopped();
    if (holds) return { outcome: "seen", seen };
    if (await options.isCancelled()) return { outcome: "cancelled", seen };
    if (Date.now() >= end) return { outcome: "not_seen", seen };
    await pause(backoff.next(), options.stop);
  }
}

type Look = (signal: AbortSignal) => Promise<{ holds: boolean; seen: string }>;

function guestLook(
  cluster: ClusterAccess,
  tasks: ClusterTasks,
  want: Extract<Settle, { kind: "guest" }>,
): Look {
  return async (signal) => {
    try {
      const state = await guestState(cluster, tasks, want.vmid, signal);
      return { holds: state.is === want.status, seen: `guest ${want.vmid} is ${state.shown}` };
    } catch (error) {
      return { holds: false, seen: `guest ${want.vmid} could not be looked at: ${reasonOf(error)}` };
    }
  };
}

async function guestState(cluster: ClusterAccess, tasks: ClusterTasks, vmid: number, signal: AbortSignal) {
  const { guests } = await cluster.inventory.read({ fresh: true, signal });
  const guest = guests.find((other) => other.vmid === vmid);
  if (guest === undefined) return { is: "absent", shown: "absent" };
  // The list of resources lags some seconds behind; the guest's own status does not.
  const path = `/nodes/{node}/${guest.kind}/{vmid}/status/current`;
  const { status, qmpstatus } = asRecord(await tasks.get(path, { node: guest.node, vmid }, signal));
  const is = status === "running" && qmpstatus === "paused" ? "paused" : String(status);
  const ha = guest.hastate === undefined ? "" : `, HA state ${guest.hastate}`;
  return { is, shown: `${is} on ${guest.node}${ha}` };
}

function nodeLook(
  cluster: ClusterAccess,
  tasks: ClusterTasks,
  want: Extract<Settle, { kind: "node" }>,
  since: number,
): Look {
  let wasDown = false;
  let silent = 0;
  return async (signal) => {
    const now = await nodeState(cluster, tasks, want.node, signal);
    silent = now.state === "silent" ? silent + 1 : 0;
    const isDown = now.state === "down" || silent >= SILENT_LOOKS;
    wasDown ||= isDown;
    // A quick reboot can pass between two looks: then the uptime tells.
    const restarted = now.uptime !== undefined && now.uptime < (Date.now() - since) / 1000;
    const isBack = now.state === "up" && (wasDown || restarted);
    const before = wasDown && !isDown ? ", and was down before" : "";
    const shown = now.state === "silent" ? "not answering" : now.state;
    return { holds: want.goes === "down" ? isDown : isBack, seen: `node ${want.node} is ${shown}${before}` };
  };
}

interface NodeState {
  readonly state: "up" | "down" | "silent";
  readonly uptime?: number;
}

/** `silent` where the API itself does not answer, which the node's going down may explain. */
async function nodeState(
  cluster: ClusterAccess,
  tasks: ClusterTasks,
  node: string,
  signal: AbortSignal,
): Promise<NodeState> {
  try {
    const { nodes } = await cluster.inventory.read({ fresh: true, signal });
    if (nodes.find((other) => other.node === node)?.status === "offline") return { state: "down" };
    const { uptime } = asRecord(await tasks.get("/nodes/{node}/status", { node }, signal));
    return typeof uptime === "number" ? { state: "up", uptime } : { state: "up" };
  } catch (error) {
    if (!(error instanceof RestFault)) return { state: "silent" };
    // The node that we talk to cannot reach the other one.
    if (error.kind === "answer" && error.status === 595) return { state: "down" };
    return { state: error.kind === "answer" && (error.status ?? 500) < 500 ? "up" : "silent" };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof RestFault) return error.reason;
  return isToolError(error) ? error.message : "an error inside";
}
