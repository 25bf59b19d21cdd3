import { type Guest, type PveReader, type Row, ToolError } from "../../sdk/index.ts";

/** Where a VM's snapshots are read; for `uses`. */
export const SNAPSHOTS = "GET /nodes/{node}/qemu/{vmid}/snapshot";

/** A line of the API's answer; `current` stands for the present state. */
interface Line {
  readonly name: string;
  readonly description?: string;
  readonly snaptime?: number;
  readonly parent?: string;
  readonly vmstate?: number;
}

/** A snapshot of a VM; `current` marks the one that its present state rests on. */
export interface Snapshot {
  readonly name: string;
  readonly snaptime: number | undefined;
  readonly parent: string | undefined;
  readonly memory: boolean;
  readonly current: boolean;
  readonly description: string | undefined;
}

const PRESENT = "current";

/** The snapshots of a VM, oldest first. */
export async function snapshotsOf({ node, vmid }: Guest, pve: PveReader): Promise<readonly Snapshot[]> {
  const all = await pve.get<readonly Line[]>("/nodes/{node}/qemu/{vmid}/snapshot", { node, vmid });
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

/** A snapshot as a row of a list. */
export function snapshotRow(snapshot: Snapshot): Row {
  return { ...snapshot };
}

/** The snapshot of that name; `not_found` where the VM has none, before anyone is asked to confirm. */
export async function needSnapshot(guest: Guest, wanted: string, pve: PveReader): Promise<Snapshot> {
  const all = await snapshotsOf(guest, pve);
  const found = all.find(({ name }) => name === wanted);
  if (found !== undefined) return found;
  const names = all.map(({ name }) => name).join(", ");
  throw new ToolError({
    code: "not_found",
    message: `VM ${guest.vmid} (${guest.name}) has no snapshot ${wanted}.`,
    next: names === "" ? "It has no snapshots." : `It has ${names}.`,
  });
}

/** Fails with `conflict` where the name is taken. */
export async function refuseTaken(guest: Guest, wanted: string, pve: PveReader): Promise<void> {
  if (!(await snapshotsOf(guest, pve)).some(({ name }) => name === wanted)) return;
  throw new ToolError({
    code: "conflict",
    message: `VM ${guest.vmid} (${guest.name}) has a snapshot ${wanted} already.`,
    next: "Choose another name.",
  });
}
