import { type Guest, type PveReader, ToolError } from "../../sdk/index.ts";

/** Where a container's present state is read; for `uses`. */
export const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";

/**
 * Whether a container runs. Asks the container itself, because the inventory may be some
 * seconds behind, and before anyone is asked to confirm.
 */
export async function runs({ vmid, node }: Guest, pve: PveReader): Promise<boolean> {
  const path = "/nodes/{node}/lxc/{vmid}/status/current";
  const { status } = await pve.get<{ status?: string }>(path, { node, vmid });
  return status === "running";
}

/** Fails with `conflict` for a container that runs; `what` is what cannot be done then. */
export async function refuseRunning(
  guest: Guest,
  pve: PveReader,
  what: string,
  next?: string,
): Promise<void> {
  if (!(await runs(guest, pve))) return;
  throw new ToolError({
    code: "conflict",
    message: `Container ${guest.vmid} (${guest.name}) is running and cannot be ${what}.`,
    next: next ?? "Shut it down first with proxmox_lxc_action.",
  });
}
