import { type Guest, type PveReader, ToolError } from "../../sdk/index.ts";

/**
 * Fails with `conflict` for a VM that runs. Asks the VM itself, because the inventory
 * may be some seconds behind, and before anyone is asked to confirm.
 */
export async function refuseRunning(
  { vmid, node, name }: Guest,
  pve: PveReader,
  what: string,
): Promise<void> {
  const { status } = await pve.get<{ status?: string }>("/nodes/{node}/qemu/{vmid}/status/current", {
    node,
    vmid,
  });
  if (status !== "running") return;
  throw new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) is running and cannot be ${what}.`,
    next: "Shut it down first with proxmox_vm_action.",
  });
}
