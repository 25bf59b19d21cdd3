import { ToolError } from "../errors.ts";
import type { Guest, PveReader } from "../reader.ts";
import { nameOfGuest } from "./words.ts";

/**
 * Whether a guest runs. Asks the guest itself (`GET /nodes/{node}/qemu|lxc/{vmid}/status/current`), because the
 * inventory may be some seconds behind.
 */
export async function isRunning({ kind, vmid, node }: Guest, pve: PveReader): Promise<boolean> {
  const path = `/nodes/{node}/${kind}/{vmid}/status/current`;
  const { status } = await pve.get<{ status?: string }>(path, { node, vmid });
  return status === "running";
}

/** Fails with `conflict` for a guest that runs, before anyone is asked to confirm; `what` cannot be done to it then. */
export async function refuseRunning(
  guest: Guest,
  pve: PveReader,
  what: string,
  next = `Shut it down first with ${guest.kind === "qemu" ? "proxmox_vm_action" : "proxmox_lxc_action"}.`,
): Promise<void> {
  if (!(await isRunning(guest, pve))) return;
  throw new ToolError({
    code: "conflict",
    message: `${nameOfGuest(guest)} is running and cannot be ${what}.`,
    next,
  });
}
