import { ToolError } from "../errors.ts";
import type { Guest, PveReader } from "../reader.ts";
import { nameOfGuest } from "./words.ts";

/** What each kind of guest keeps on a storage: the storage's word for it, and ours. */
const KEEPS = {
  qemu: { content: "images", what: "disks of VMs", short: "disks" },
  lxc: { content: "rootdir", what: "volumes of containers", short: "them" },
} as const;

/** Fails with `invalid_input` unless either a storage or another guest is named to move a volume to. */
export function needOneTarget(what: "disk" | "volume", storage: unknown, vmid: unknown): void {
  if ((storage === undefined) !== (vmid === undefined)) return;
  throw new ToolError({
    code: "invalid_input",
    message: `Either storage or target-vmid says where the ${what} goes.`,
    next: "Give one of the two.",
  });
}

/** That a volume is on the storage already that it is to move to. */
export function sameStorage(guest: Guest, volume: string, storage: string, instead: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${volume} of ${ofGuest(guest)} is on ${storage} already.`,
    next: `Nothing to do, or ${instead}.`,
  });
}

function ofGuest(guest: Guest): string {
  const name = nameOfGuest(guest);
  return guest.kind === "qemu" ? name : name.replace(/^C/, "c");
}

/**
 * Fails where the guest's node has no such storage (`not_found`), or it does not take what such a guest keeps
 * (`invalid_input`). A node whose storages we may not see is left to the API.
 */
export async function needStorageFor({ kind, node }: Guest, wanted: string, pve: PveReader): Promise<void> {
  const { content: kept, what, short } = KEEPS[kind];
  const { storages } = await pve.inventory();
  const here = storages.filter((one) => one.node === node);
  const able = here.filter(({ content }) => content.includes(kept)).map(({ storage }) => storage);
  if (here.length === 0 || able.includes(wanted)) return;
  const isThere = here.some(({ storage }) => storage === wanted);
  throw new ToolError({
    code: isThere ? "invalid_input" : "not_found",
    message: isThere
      ? `Storage ${wanted} takes no ${what}.`
      : `Node ${node} has no storage ${wanted} that this account may see.`,
    next:
      (able.length === 0
        ? `No storage of that node takes ${short}.`
        : `Of that node, ${able.join(", ")} take ${short}.`) +
      (isThere ? "" : ` One is seen with Datastore.Audit on /storage/${wanted}.`),
  });
}
