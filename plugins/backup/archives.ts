import {
  type GuestKind,
  isToolError,
  type PveReader,
  type StorageSummary,
  ToolError,
} from "../../sdk/index.ts";
import { unknownStorage } from "./backup-storages.ts";
import { isOn } from "./job.ts";

/** Where the backups on a storage are read; for `uses`. */
export const CONTENT = "GET /nodes/{node}/storage/{storage}/content";

/** A line of the content of a storage. */
interface Line {
  readonly volid: string;
  readonly vmid?: number;
  readonly subtype?: string;
  readonly ctime?: number;
  readonly size?: number;
  readonly format?: string;
  readonly notes?: string;
  readonly protected?: unknown;
  readonly encrypted?: string;
  readonly verification?: { readonly state?: string };
}

/** A backup of a guest. */
export interface Archive {
  readonly volid: string;
  readonly storage: string;
  /** A node that reaches it. */
  readonly node: string;
  /** Every node with the storage reaches it. */
  readonly shared: boolean;
  /** Undefined where neither the API nor its name tells. */
  readonly kind: GuestKind | undefined;
  /** Of the guest that it was made of. */
  readonly vmid: number | undefined;
  readonly ctime: number | undefined;
  readonly size: number | undefined;
  readonly format: string | undefined;
  readonly notes: string | undefined;
  readonly protected: boolean;
  readonly encrypted: boolean;
  /** Result of the last verification on a Proxmox Backup Server. */
  readonly verified: string | undefined;
}

/** The backups that a storage shows on a node. */
export async function archivesOn(
  { storage, node, shared }: Pick<StorageSummary, "storage" | "node" | "shared">,
  pve: PveReader,
): Promise<readonly Archive[]> {
  const lines = await pve.get<readonly Line[]>("/nodes/{node}/storage/{storage}/content", {
    node,
    storage,
    content: "backup",
  });
  return lines.map((line) => ({
    volid: line.volid,
    storage,
    node,
    shared,
    kind: kindOf(line),
    vmid: line.vmid === undefined ? undefined : Number(line.vmid),
    ctime: line.ctime,
    size: line.size,
    format: line.format,
    notes: line.notes?.trim() || undefined,
    protected: isOn(line.protected),
    encrypted: line.encrypted !== undefined,
    verified: line.verification?.state,
  }));
}

function kindOf({ volid, subtype }: Line): GuestKind | undefined {
  if (subtype === "qemu" || subtype === "lxc") return subtype;
  const word = /vzdump-(qemu|lxc)-|backup\/(vm|ct)\//.exec(volid);
  if (word === null) return undefined;
  return word[1] === "qemu" || word[2] === "vm" ? "qemu" : "lxc";
}

/** Places to look for backups: a shared storage once, any other on each of its nodes. */
export function places(storages: readonly StorageSummary[]): {
  readonly open: readonly StorageSummary[];
  readonly shut: readonly StorageSummary[];
} {
  const holding = storages.filter(({ content }) => content.includes("backup"));
  const there = holding.filter(({ status }) => status === "available");
  const isFirst = (one: StorageSummary): boolean =>
    !one.shared || there.find(({ storage }) => storage === one.storage) === one;
  const open = there.filter(isFirst);
  const shut = holding.filter(
    (one) =>
      one.status !== "available" && !(one.shared && there.some(({ storage }) => storage === one.storage)),
  );
  return { open, shut };
}

/**
 * The backup of that volume ID. A storage that is not shared is looked through on all its nodes; `not_found` where
 * none has it, `invalid_input` where several have and `on` names none of them.
 */
export async function needArchive(volid: string, on: string | undefined, pve: PveReader): Promise<Archive> {
  const { storages } = await pve.inventory();
  const [name = ""] = volid.split(":");
  const own = storages.filter(({ storage }) => storage === name);
  if (own.length === 0 || !volid.includes(":")) throw unknownStorage(name, storages);
  const candidates = places(own).open.length === 0 ? own : places(own).open;
  const nodes = candidates.some(({ shared }) => shared)
    ? own.filter(({ node }) => node === (on ?? candidates[0]?.node))
    : candidates.filter(({ node }) => on === undefined || node === on);
  const found = (await Promise.all(nodes.map((place) => archivesOn(place, pve))))
    .flat()
    .filter((archive) => archive.volid === volid);
  const [first] = found;
  if (first === undefined) throw noArchive(volid, on);
  if (found.length > 1) {
    throw new ToolError({
      code: "invalid_input",
      message: `${found.map(({ node }) => node).join(" and ")} each have a backup ${volid}.`,
      next: "Give node.",
    });
  }
  return first;
}

function noArchive(volid: string, on: string | undefined): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no backup ${volid}${on === undefined ? "" : ` on ${on}`} that this account may see.`,
    next: `proxmox_backup_list shows the backups. ${seenWith(volid)}`,
  });
}

/** (pve-storage, src/PVE/Storage.pm: check_volume_access) */
function seenWith(volid: string): string {
  const [storage = ""] = volid.split(":", 1);
  const owner = /vzdump-\w+-(\d+)-/.exec(volid)?.[1];
  const backup = owner === undefined ? "" : ` and VM.Backup on /vms/${owner}`;
  return `One is seen with Datastore.AllocateSpace on /storage/${storage}${backup}.`;
}

/** Why a place could not be read, in a sentence; errors that end the whole call are thrown on. */
export function whyUnread(error: unknown, { storage, node }: StorageSummary, pve: PveReader): string {
  if (pve.signal.aborted || !isToolError(error)) throw error;
  return `${storage} on ${node}: ${error.message}`;
}
