import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";

/** What is asked for after a VM was made: HA and a first start. */
export async function finish(request: LabRequest, guest: LabGuest, task: TaskHandle): Promise<void> {
  if (request.params.flag("ha-managed")) {
    task.log("Add as HA resource");
    putUnderHa(request, guest);
  }
  await autostart(request, guest, task);
}

/** The same after a restore, which starts first and may find the VM under HA already. */
export async function finishRestore(request: LabRequest, guest: LabGuest, task: TaskHandle): Promise<void> {
  await autostart(request, guest, task);
  if (!request.params.flag("ha-managed")) return;
  const [what, state] = [guest.ha === undefined ? "Add" : "Set", wantedState(request)];
  task.log(`${what} HA resource with request-state '${state}'`);
  putUnderHa(request, guest);
}

function wantedState({ params }: LabRequest): "started" | "stopped" {
  return params.flag("start") || params.flag("live-restore") ? "started" : "stopped";
}

function putUnderHa(request: LabRequest, guest: LabGuest): void {
  guest.ha = { ...guest.ha, state: wantedState(request) };
}

async function autostart(
  { lab, params, caller }: LabRequest,
  guest: LabGuest,
  task: TaskHandle,
): Promise<void> {
  if (!params.flag("start") || params.flag("live-restore")) return;
  task.log("Execute autostart");
  await lab.invoke(
    "POST /nodes/{node}/qemu/{vmid}/status/start",
    { node: guest.node, vmid: guest.vmid },
    caller,
  );
}
