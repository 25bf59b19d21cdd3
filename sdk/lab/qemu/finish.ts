import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";

/** What is asked for after a VM was made: HA and a first start. */
export async function finish(request: LabRequest, guest: LabGuest, task: TaskHandle): Promise<void> {
  const { lab, params, caller } = request;
  const start = params.flag("start");
  if (params.flag("ha-managed")) {
    task.log("Add as HA resource");
    guest.ha = { state: start ? "started" : "stopped" };
  }
  if (!start || params.flag("live-restore")) return;
  task.log("Execute autostart");
  await lab.invoke(
    "POST /nodes/{node}/qemu/{vmid}/status/start",
    { node: guest.node, vmid: guest.vmid },
    caller,
  );
}
