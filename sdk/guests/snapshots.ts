import { ToolError } from "../errors.ts";
import type { Guest, PveReader } from "../reader.ts";
import { nameOfGuest } from "./words.ts";

/** A line of the API's answer; `current` stands for the present state. */
interface Line {
  readonly name: string;
  readonly description?: string;
  readonly snaptime?: number;
  readonly parent?: string;
  readonly vmstate?: number;
}

/** A snapshot of a guest; `current` marks the one that its present state rests on. */
export interface Snapshot {
  readonly name: string;
  /** Seconds since the epoch. */
  readonly snaptime: number | undefined;
  readonly parent: string | undefined;
  /** It holds the memory of a running VM. */
  readonly memory: boolean;
  readonly current: boolean;
  readonly description: string | undefined;
}

const PRESENT = "current";

/** The snapshots of a guest, oldest first. Reads `GET /nodes/{node}/qemu|lxc/{vmid}/snapshot`. */
export async function snapshotsOf({ kind, node, vmid }: Guest, pve: PveReader): Promise<readonly Snapshot[]> {
  const all = await pve.get<readonly Line[]>(`/nodes/{node}/${kind}/{vmid}/snapshot`, { node, vmid });
  const present = all.find(({ name }) => name === PRESENT)?.parent;
  return all
    .filter(({ name }) => name !== PRESENT)
    .toSorted((a, b) => (a.snaptime ?? 0) - (b.snaptime ?? 0))
    .map(({ name, description, snaptime, parent, vmstate }) => ({
      name,
      snaptime,
      parent,
      memory: Number(vmstate ?? 0) === 1,
      current: name === present,
      description: description?.trim() || undefined,
    }));
}

/** The snapshot of that name; `not_found` where the guest has none, before anyone is asked to confirm. */
export async function needSnapshot(guest: Guest, wanted: string, pve: PveReader): Promise<Snapshot> {
  const all = await snapshotsOf(guest, pve);
  const found = all.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = all.map(({ name }) => name).join(", ");
  throw new ToolError({
    code: "not_found",
    message: `${nameOfGuest(guest)} has no snapshot ${wanted}.`,
    next: names === "" ? "It has no snapshots." : `It has ${names}.`,
  });
}

/** Fails with `conflict` where the guest has a snapshot of that name. */
export async function refuseTakenSnapshot(guest: Guest, wanted: string, pve: PveReader): Promise<void> {
  if (!(await snapshotsOf(guest, pve)).some(({ name }) => name === wanted)) return;
  throw new ToolError({
    code: "conflict",
    message: `${nameOfGuest(guest)} has a snapshot ${wanted} already.`,
    next: "Choose another name.",
  });
}

/**
 * Fails with `unsupported` where the storage or format of a volume can do no snapshots; `move` is the tool that moves
 * one. Reads `GET /nodes/{node}/qemu|lxc/{vmid}/feature`.
 */
export async function refuseUnableToSnapshot(guest: Guest, move: string, pve: PveReader): Promise<void> {
  const { kind, node, vmid } = guest;
  const asked = { node, vmid, feature: "snapshot" };
  const answer = await pve.get<{ hasFeature?: unknown }>(`/nodes/{node}/${kind}/{vmid}/feature`, asked);
  if (Number(answer.hasFeature ?? 0) === 1) return;
  throw new ToolError({
    code: "unsupported",
    message: `${nameOfGuest(guest)} cannot be snapshotted: the storage or format of a volume does not support it.`,
    next: `Move its volumes with ${move} to a storage with snapshots, or make a backup.`,
  });
}
