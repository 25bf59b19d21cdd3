import { ToolError } from "../../sdk/errors.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import type { ClusterTasks } from "./tasks.ts";
import type { Job, JobTask } from "./types.ts";

/**
 * Stops those that run, in order: a wrapper stands before its children, so that it begins no new one.
 * Tries all; throws a ToolError for the first that could not be stopped.
 */
export async function stopTasks(tasks: ClusterTasks, all: readonly JobTask[]): Promise<void> {
  const faults: ToolError[] = [];
  for (const task of all.filter(({ state }) => state === "running")) {
    const fault = await stopTask(tasks, task);
    if (fault) faults.push(fault);
  }
  const [first] = faults;
  if (first) throw first;
}

async function stopTask(tasks: ClusterTasks, task: JobTask): Promise<ToolError | undefined> {
  try {
    await tasks.stop(task);
    return undefined;
  } catch (error) {
    const known = fromUpstream(error, { what: `DELETE /nodes/${task.node}/tasks/${task.upid}`, write: true });
    if (!(known instanceof ToolError)) throw error;
    return new ToolError({
      code: known.code,
      message: `Task ${task.upid} could not be stopped: ${known.message} No further step of the job will begin.`,
      ...(known.next === undefined ? {} : { next: known.next }),
    });
  }
}

/** The error for a job that has ended. */
export function alreadyEnded({ id, state }: Job): ToolError {
  return new ToolError({
    code: "conflict",
    message: `Job ${id} has already ended (${state}); there is nothing to cancel.`,
    next: "See job_get for what it did.",
  });
}

/** The error for an id that names no job. */
export function noSuchJob(id: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no job ${JSON.stringify(id)}.`,
    next: "job_list shows the jobs there are; old ones are removed in time.",
  });
}
