import { type Guest, type PveReader, type Row, ToolError } from "../../sdk/index.ts";

/** Where a container's snapshots are read; for `uses`. */
export const SNAPSHOTS = "GET /nodes/{node}/lxc/{vmid}/snapshot";

/** A line of the API's answer; `current` stands for the present state. */
interface Snapshot {
  readonly name: string;
  readonly description?: string;
  readonly snaptime?: number;
  readonly parent?: string;
}

const PRESENT = "current";

/** The snapshots of a container as rows, oldest first; `current` marks the one that its present state rests on. */
export async function snapshotsOf({ node, vmid }: Guest, pve: PveReader): Promise<readonly Row[]> {
  const path = "/nodes/{node}/lxc/{vmid}/snapshot";
  const all = await pve.get<readonly Snapshot[]>(path, { node, vmid });
  const present = all.find(({ name }) => name === PRESENT)?.parent;
  return all
    .filter(({ name }) => name !== PRESENT)
    .toSorted((a, b) => (a.snaptime ?? 0) - (b.snaptime ?? 0))
    .map(({ name, description, snaptime, parent }) => ({
      name,
      snaptime,
      parent,
      current: name === present,
      description: description?.trim() || undefined,
    }));
}

/** Fails with `not_found` where the container has no such snapshot, before anyone is asked to confirm. */
export async function needSnapshot(guest: Guest, name: string, pve: PveReader): Promise<void> {
  const names = (await snapshotsOf(guest, pve)).map((row) => String(row.name));
  if (names.includes(name)) return;
  throw new ToolError({
    code: "not_found",
    message: `Container ${guest.vmid} (${guest.name}) has no snapshot ${name}.`,
    next: names.length === 0 ? "It has no snapshots." : `It has ${names.join(", ")}.`,
  });
}

/** Fails with `conflict` where the name is taken. */
export async function refuseTaken(guest: Guest, name: string, pve: PveReader): Promise<void> {
  const taken = (await snapshotsOf(guest, pve)).some((row) => row.name === name);
  if (!taken) return;
  throw new ToolError({
    code: "conflict",
    message: `Container ${guest.vmid} (${guest.name}) has a snapshot ${name} already.`,
    next: "Choose another name.",
  });
}
