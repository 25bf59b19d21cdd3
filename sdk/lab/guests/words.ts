import type { LabGuest } from "../types.ts";

/** How logs name a kind of guest, and what the types of its tasks begin with. */
export const GUEST_WORDS = {
  qemu: { name: "VM", task: "qm" },
  lxc: { name: "CT", task: "vz" },
} as const satisfies Record<LabGuest["kind"], { readonly name: string; readonly task: string }>;
