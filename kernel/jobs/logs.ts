import { isToolError } from "../../sdk/errors.ts";
import { RestFault } from "../transports/types.ts";
import { TaskLog } from "./follow.ts";
import type { ClusterTasks } from "./tasks.ts";
import type { JobTask } from "./types.ts";
import { parseUpid } from "./upid.ts";

/** The newest `limit` lines of the tasks' logs, in the order of the tasks; several tasks are told apart by a heading. */
export async function readLogs(
  tasks: ClusterTasks,
  of: readonly JobTask[],
  limit: number,
  signal?: AbortSignal,
): Promise<string[]> {
  const logs = await Promise.all(of.map((task) => readLog(tasks, task, limit, signal)));
  const lines = logs.flatMap((log, index) => {
    const task = of[index];
    return task && of.length > 1 ? [heading(task), ...log] : log;
  });
  return lines.slice(-limit);
}

async function readLog(
  tasks: ClusterTasks,
  task: JobTask,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  const log = new TaskLog(tasks, task);
  try {
    await log.read(signal, limit);
    return log.last;
  } catch (error) {
    // One node that is down must not hide the logs of the others.
    if (error instanceof RestFault) return [`(log of ${task.upid} not readable: ${error.reason})`];
    if (isToolError(error)) return [`(log of ${task.upid} not readable: ${error.message})`];
    throw error;
  }
}

function heading({ upid, node, guest, exitStatus, state }: JobTask): string {
  const type = parseUpid(upid)?.type ?? "task";
  return `== ${type}${guest ? ` ${guest}` : ""} on ${node}: ${exitStatus ?? state}`;
}
