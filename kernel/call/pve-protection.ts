/** How qemu-server and pve-container end their refusals where `protection` is set (check_protection). */
const PROTECTION = /protection mode enabled/;

/** Whether Proxmox VE refused because of the guest's own `protection` flag. */
export function isPveProtection(reason: string): boolean {
  return PROTECTION.test(reason);
}

/** What to do about such a refusal: it is told apart from what this server protects. */
export const PVE_PROTECTION_NEXT =
  "This is Proxmox VE's own protection flag (protection: 1 in the guest's configuration), not PROXMOX_MCP_PROTECT. " +
  "Ask the operator whether it may be taken off; it was set on purpose.";
