import { limitsOf, nameOf, usageOf } from "../domains/guest-stats.ts";
import { haOfGuest } from "../ha/state.ts";
import { isTemplate } from "../qemu/guest.ts";
import type { GuestConfig, LabCore, LabGuest, LabRequest } from "../types.ts";
import { containerOf } from "./container.ts";

/** GET the containers of a node, those that the caller may see. */
export function listContainers({ lab, node, may }: LabRequest): unknown {
  return [...lab.state.guests.values()]
    .filter((guest) => guest.kind === "lxc" && guest.node === node.name)
    .filter((guest) => may(`/vms/${guest.vmid}`, ["VM.Audit"]))
    .sort((a, b) => a.vmid - b.vmid)
    .map((guest) => statusOf(lab, guest));
}

/** GET status/current. */
export function currentStatus(request: LabRequest): unknown {
  const guest = containerOf(request);
  const { state, release } = request.lab;
  return { ...statusOf(request.lab, guest), ha: haOfGuest(state, guest, release.major) };
}

function isLimited(config: GuestConfig): boolean {
  return !config.has("cores") && Number(config.get("cpulimit") ?? 0) > 0;
}

function statusOf(lab: LabCore, guest: LabGuest): Record<string, unknown> {
  const { config, runtime, vmid } = guest;
  const limits = limitsOf(guest, lab.state.nodes.get(guest.node));
  const entry: Record<string, unknown> = {
    vmid,
    type: "lxc",
    name: nameOf(guest),
    status: runtime === undefined ? "stopped" : "running",
    ...usageOf(lab, guest, limits),
    ...limits,
    // A limit may be a fraction, and comes as the configuration has it.
    ...(isLimited(config) ? { cpus: config.get("cpulimit") } : {}),
    maxswap: Number(config.get("swap") ?? 0) * 2 ** 20,
    swap: 0,
  };
  for (const key of ["lock", "tags"]) {
    const value = config.get(key);
    if (value !== undefined) entry[key] = value;
  }
  if (isTemplate(config)) entry.template = 1;
  if (runtime === undefined) return entry;
  for (const what of ["cpu", "io", "memory"]) {
    for (const kind of ["full", "some"]) entry[`pressure${what}${kind}`] = null;
  }
  return { ...entry, pid: runtime.pid };
}
