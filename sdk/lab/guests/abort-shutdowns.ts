import type { LabGuest, LabRequest } from "../types.ts";
import { GUEST_WORDS } from "./words.ts";

/** Ends the shutdowns of a guest that still run, as far as the caller may, before it is stopped. */
export function abortShutdowns(
  request: LabRequest,
  kind: LabGuest["kind"],
  vmid: number,
  log: (line: string) => void,
): void {
  const { tasks } = request.lab;
  const type = `${GUEST_WORDS[kind].task}shutdown`;
  const running = tasks
    .all()
    .filter((task) => task.type === type && task.id === String(vmid) && task.exitstatus === undefined)
    .filter(({ user }) => user === request.caller.id || request.may(`/vms/${vmid}`, ["Sys.Modify"]));
  for (const { upid } of running) tasks.stop(upid);
  if (running.length > 0) log(`overruled ${type} tasks: ${running.map(({ upid }) => upid).join(", ")}`);
}
