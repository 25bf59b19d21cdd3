import type { Guest } from "../../sdk/reader.ts";
import type { PlanGuest, PlanStep } from "./types.ts";

const GUEST_PATH = /^\/nodes\/\{node\}\/(qemu|lxc)\/\{vmid\}(?=\/|$)/;
const CREATE_PATH = /^\/nodes\/\{node\}\/(qemu|lxc)$/;

/** What naming targets needs of a step. */
type Targeted = Pick<PlanStep, "step" | "shownPath">;

/** What a plan touches, for people and the audit, and which guests are among it. */
export interface Targets {
  readonly targets: readonly string[];
  readonly guests: readonly PlanGuest[];
}

/** Whether naming the targets of these steps needs to know the guests. */
export function touchesGuests(steps: readonly Targeted[]): boolean {
  return steps.some(({ step }) => kindOf(step) !== undefined);
}

/** Names the objects that the steps are about; reads count too, so that a plan of reads says what it looked at. */
export function nameTargets(steps: readonly Targeted[], known: readonly Guest[]): Targets {
  const targets = new Set<string>();
  const guests = new Map<number, PlanGuest>();
  for (const step of steps) {
    const guest = guestOf(step, known);
    if (guest) guests.set(guest.vmid, guest);
    targets.add(guest ? guestLabel(guest) : label(step));
    const created = createdGuest(step);
    if (created) targets.add(created);
  }
  return { targets: [...targets], guests: [...guests.values()] };
}

/** `VM 100 (web1) on pve1`. */
export function guestLabel({ kind, vmid, name, node }: PlanGuest): string {
  return `${kindName(kind)} ${vmid}${name === "" ? "" : ` (${name})`} on ${node}`;
}

function kindName(kind: string): string {
  return kind === "lxc" ? "container" : "VM";
}

/** The kind of the guest that a step is about; a restore with `force` is about the guest that it overwrites. */
function kindOf({ method, path, params }: PlanStep["step"]): string | undefined {
  const { force } = params;
  const overwrites = method === "POST" && ![undefined, false, 0, "0", ""].some((off) => off === force);
  return (GUEST_PATH.exec(path) ?? (overwrites ? CREATE_PATH.exec(path) : null))?.[1];
}

function guestOf({ step }: Targeted, known: readonly Guest[]): PlanGuest | undefined {
  const kind = kindOf(step);
  const { node, vmid } = step.params;
  if (kind === undefined || typeof node !== "string") return undefined;
  const guest = known.find((other) => other.vmid === Number(vmid) && other.kind === kind);
  return guest && { kind: guest.kind, vmid: guest.vmid, name: guest.name, node };
}

function createdGuest({ step }: Targeted): string | undefined {
  const { newid, node, target } = step.params;
  if (!step.path.endsWith("/clone") || !isPlain(newid)) return undefined;
  const kind = GUEST_PATH.exec(step.path)?.[1];
  const place = isPlain(target) ? target : node;
  return `new ${kindName(kind ?? "qemu")} ${newid}${isPlain(place) ? ` on ${place}` : ""}`;
}

function label({ step, shownPath }: Targeted): string {
  const { node, vmid, storage, poolid } = step.params;
  const created = CREATE_PATH.exec(step.path)?.[1];
  if (created !== undefined && step.method === "POST" && isPlain(vmid)) {
    return `new ${kindName(created)} ${vmid}${isPlain(node) ? ` on ${node}` : ""}`;
  }
  const kind = GUEST_PATH.exec(step.path)?.[1];
  if (kind !== undefined && isPlain(vmid) && isPlain(node)) return `${kindName(kind)} ${vmid} on ${node}`;
  if (step.path.includes("{storage}") && isPlain(storage)) {
    return `storage ${storage}${isPlain(node) ? ` on ${node}` : ""}`;
  }
  if (/^\/pools(?:\/|$)/.test(step.path) && isPlain(poolid)) return `pool ${poolid}`;
  if (
    /^\/nodes\/\{node\}(?:\/(?:status|startall|stopall|suspendall|migrateall|wakeonlan))?$/.test(step.path) &&
    isPlain(node)
  ) {
    return `node ${node}`;
  }
  return shownPath;
}

function isPlain(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
