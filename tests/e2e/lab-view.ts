/** What the simulated cluster really holds, seen past every API. */
import type { Lab, LabGuest } from "../../sdk/lab/index.ts";

/** A guest by its VMID; throws where there is none. */
export function guestOf(lab: Lab, vmid: number): LabGuest {
  const guest = lab.state.guests.get(vmid);
  if (guest === undefined) throw new Error(`the lab has no guest ${vmid}`);
  return guest;
}

/** QEMU's own word for a VM's state; `stopped` without a process. */
export function powerOf(lab: Lab, vmid: number): string {
  return guestOf(lab, vmid).runtime?.qmpstatus ?? "stopped";
}

/** Everything that a call could change, as one text: guests, volumes, pools, nodes, tasks. */
export function wholeState(lab: Lab): string {
  const { guests, nodes, pools, storages, volumes } = lab.state;
  const content = [...storages.values()].flatMap((storage) =>
    [...nodes.keys()].flatMap((node) => volumes.list(storage, node)),
  );
  const tasks = lab.tasks.all().map(({ upid, exitstatus }) => ({ upid, exitstatus }));
  return JSON.stringify({ guests, nodes, pools, content, tasks }, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    return value instanceof Set ? [...value] : value;
  });
}

/** Makes a guest of the lab managed by HA. */
export function manageByHa(lab: Lab, vmid: number): void {
  const guest = guestOf(lab, vmid);
  guest.ha = { state: guest.runtime === undefined ? "stopped" : "started" };
}
