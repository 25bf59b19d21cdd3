import type { Guest } from "../reader.ts";

/** A guest as messages name it: `VM 100 (web1)`, `Container 200 (dns1)`. */
export function nameOfGuest({ kind, vmid, name }: Pick<Guest, "kind" | "vmid" | "name">): string {
  return `${kind === "qemu" ? "VM" : "Container"} ${vmid} (${name})`;
}
