import { ToolError } from "../errors.ts";
import type { Guest, PveReader } from "../reader.ts";
import { nameOfGuest } from "./words.ts";

/** Something that would stop a migration, and what helps. */
export interface Blocker {
  readonly because: string;
  readonly next: string;
}

/** Fails with `conflict` where the target is the guest's own node or is not online, with `not_found` where it is none. */
export async function needOtherNode(guest: Guest, target: string, pve: PveReader): Promise<void> {
  const { status } = await pve.node(target);
  if (guest.node === target) {
    throw new ToolError({
      code: "conflict",
      message: `${nameOfGuest(guest)} is on ${target} already.`,
      next: "Nothing to do, or choose another node.",
    });
  }
  if (status === "online") return;
  throw new ToolError({
    code: "conflict",
    message: `Node ${target} is ${status}.`,
    next: "Choose a node that is online; proxmox_node_list shows them.",
  });
}

/** Fails with `conflict` and all blockers, where there are any. */
export function refuseBlocked(guest: Guest, target: string, blockers: readonly Blocker[]): void {
  if (blockers.length === 0) return;
  throw new ToolError({
    code: "conflict",
    message: `${nameOfGuest(guest)} cannot migrate to ${target}: ${blockers.map(({ because }) => because).join("; ")}. Nothing was sent.`,
    next: blockers.map(({ next }) => next).join(" "),
    details: { blockers },
  });
}
