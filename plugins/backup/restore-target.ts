import {
  freeVmid,
  type Guest,
  type GuestKind,
  isToolError,
  type PveReader,
  ToolError,
} from "../../sdk/index.ts";
import { type ArchiveConfig, configOf, EXTRACT } from "./archive-config.ts";
import { type Archive, CONTENT, needArchive } from "./archives.ts";
import { lossOf } from "./loss.ts";

/** What a restore reads, besides the present guest; for `uses`. */
export const RESTORE_READS = [CONTENT, EXTRACT, "GET /cluster/nextid"] as const;

/** What the caller wants restored. */
export interface Wanted {
  readonly kind: GuestKind;
  readonly volid: string;
  readonly vmid: number | undefined;
  readonly node: string | undefined;
  readonly overwrite: boolean;
  readonly unique: boolean;
}

/** Where a backup goes, and what that means. */
export interface RestoreTarget {
  readonly archive: Archive;
  readonly config: ArchiveConfig;
  readonly node: string;
  readonly vmid: number;
  /** A guest that has the VMID is overwritten. */
  readonly overwrites: boolean;
  readonly note: string;
}

const WORD: Readonly<Record<GuestKind, string>> = { qemu: "VM", lxc: "container" };

/** Finds the backup and a place for it; refuses, before anyone is asked, what would fail or must not be lost. */
export async function restoreTarget(wanted: Wanted, pve: PveReader): Promise<RestoreTarget> {
  refuseAimless(wanted);
  const present = await presentOf(wanted, pve);
  if (present !== undefined) refusePlace(present, wanted);
  const archive = await needArchive(wanted.volid, wanted.node ?? present?.node, pve);
  refuseKind(archive, wanted);
  const config = await configOf(archive, pve);
  const what = described(archive, config, wanted.kind);
  if (present !== undefined) {
    const loss = await lossOf(present, config, pve);
    const note = `Overwrites ${WORD[present.kind]} ${present.vmid} (${present.name}) with ${what}; ${loss}`;
    return { archive, config, node: present.node, vmid: present.vmid, overwrites: true, note };
  }
  const vmid = await untaken(wanted.vmid, pve);
  const { guests, storages } = await pve.inventory();
  const original = guests.find((guest) => guest.vmid === archive.vmid);
  const twin = original !== undefined && !wanted.unique;
  const note = `Restores ${what} as ${vmid}${twin ? `; it keeps MAC addresses that ${original.vmid} has too, unless unique is set` : ""}`;
  const home = storages.find(
    ({ storage, node, status }) =>
      archive.shared &&
      storage === archive.storage &&
      status === "available" &&
      node === (wanted.node ?? original?.node),
  );
  return { archive, config, node: home?.node ?? archive.node, vmid, overwrites: false, note };
}

/** The guest that is to be overwritten, where it is now; undefined where the VMID is free after all. */
async function presentOf({ overwrite, vmid }: Wanted, pve: PveReader): Promise<Guest | undefined> {
  if (!overwrite || vmid === undefined) return undefined;
  try {
    return await pve.guest("any", vmid);
  } catch (error) {
    if (isToolError(error) && error.code === "not_found") return undefined;
    throw error;
  }
}

/** `the backup of VM 100 (web1) of 2026-11-20T02:00:00Z`. */
function described({ vmid, ctime }: Archive, { options }: ArchiveConfig, kind: GuestKind): string {
  const name = options.name ?? options.hostname;
  const made = ctime === undefined ? "" : ` of ${new Date(ctime * 1000).toISOString().replace(".000Z", "Z")}`;
  return `the backup of ${WORD[kind]} ${vmid ?? "unknown"} (${name ?? "no name"})${made}`;
}

function refuseAimless({ overwrite, vmid }: Wanted): void {
  if (!overwrite || vmid !== undefined) return;
  throw new ToolError({
    code: "invalid_input",
    message: "overwrite is set, and no vmid says which guest to overwrite.",
    next: "Give vmid, or leave overwrite out for a free VMID.",
  });
}

function refusePlace({ kind, vmid, name, node }: Guest, wanted: Wanted): void {
  if (kind !== wanted.kind) {
    throw new ToolError({
      code: "conflict",
      message: `${vmid} (${name}) is a ${WORD[kind]}; the backup of a ${WORD[wanted.kind]} cannot overwrite it.`,
      next: "Choose another vmid, or leave it out for a free one.",
    });
  }
  if (wanted.node === undefined || wanted.node === node) return;
  throw new ToolError({
    code: "invalid_input",
    message: `${WORD[kind]} ${vmid} (${name}) is on ${node}; it can be overwritten only there.`,
    next: "Leave node out.",
  });
}

function refuseKind({ kind, volid }: Archive, wanted: Wanted): void {
  if (kind === wanted.kind) return;
  throw new ToolError({
    code: "invalid_input",
    message: `${volid} is no backup of a ${WORD[wanted.kind]}.`,
    next:
      kind === undefined
        ? "proxmox_backup_list shows the backups."
        : `Use proxmox_backup_restore_${kind === "lxc" ? "lxc" : "vm"}.`,
  });
}

async function untaken(vmid: number | undefined, pve: PveReader): Promise<number> {
  try {
    return await freeVmid(vmid, pve);
  } catch (error) {
    if (!isToolError(error) || error.code !== "conflict") throw error;
    throw new ToolError(
      {
        code: "conflict",
        message: error.message,
        next: "Choose another one, leave it out for the next free one, or set overwrite to replace that guest.",
      },
      { cause: error },
    );
  }
}
